import { createPrivateKey, X509Certificate } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type Clock, ConfigurationError, messageOf } from '@kubewright/core'
import type { Pair } from '@kubewright/core/certificates'
import type { Logger } from '../log/logger.ts'
import { watchFolder } from './folder-watch.ts'
import { ReplaceableCertificate, type ServingCertificate } from './serving-certificate.ts'

/** Where a certificate is read from, and what it is for. */
export interface CertificateFolderOptions {
  /** Named in errors: where the folder came from, such as `--metrics-cert-dir`. */
  readonly flag: string
  /** Holds `tls.crt` and `tls.key`, as a mounted Secret of type kubernetes.io/tls does. */
  readonly folder: string
  readonly log: Logger
  readonly clock: Clock
  /** Counts readings, as controller-runtime's certwatcher does. */
  readonly meter: { read(): void; failed(): void }
}

/**
 * The pair in a folder, read again whenever it changes. A pair that is not usable leaves the one before in use: half a rotation must not end the
 * service.
 * @throws ConfigurationError when there is no usable pair at the beginning
 */
export async function certificateFromFolder(
  options: CertificateFolderOptions,
): Promise<{ readonly certificate: ServingCertificate; run(signal: AbortSignal): Promise<void> }> {
  const { flag, folder, log, clock, meter } = options
  const first = await readPair(folder).catch((error: unknown) => {
    meter.failed()
    throw new ConfigurationError(`${flag} ${folder}: ${messageOf(error)}`, { cause: error, code: 'KW-CERTIFICATE' })
  })
  meter.read()
  const certificate = new ReplaceableCertificate(first)
  let said: string | undefined
  const look = async () => {
    try {
      const pair = await readPair(folder)
      if (isSame(pair, certificate.current)) return
      certificate.replace(pair)
      meter.read()
      said = undefined
      log.info('the certificate was replaced', { folder, validUntil: new X509Certificate(pair.cert).validTo })
    } catch (error) {
      meter.failed()
      const problem = messageOf(error)
      if (problem !== said) log.error('the certificate cannot be read; the one before stays in use', { folder, problem })
      said = problem
    }
  }
  return { certificate, run: (signal) => watchFolder(folder, look, { signal, clock }) }
}

async function readPair(folder: string): Promise<Pair> {
  const [cert, key] = await Promise.all([readFile(join(folder, 'tls.crt'), 'utf8'), readFile(join(folder, 'tls.key'), 'utf8')])
  const parsed = usable('tls.crt holds no certificate in PEM', () => new X509Certificate(cert))
  const secret = usable('tls.key holds no private key in PEM', () => createPrivateKey(key))
  if (!parsed.checkPrivateKey(secret)) throw new Error('tls.key is not the key of the certificate in tls.crt')
  return { cert, key }
}

/** Not with the words of OpenSSL, which say nothing to the reader, and may quote from the file. */
function usable<T>(problem: string, parse: () => T): T {
  try {
    return parse()
  } catch {
    throw new Error(problem)
  }
}

function isSame(a: Pair, b: Pair): boolean {
  return a.cert === b.cert && a.key === b.key
}
