import { X509Certificate } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Secret } from '@kubewright/client'
import type { Kind, KubeObject } from '@kubewright/core'
import {
  certificateFromFolder,
  type InformerScope,
  type Manager,
  ReplaceableCertificate,
  type ServingCertificate,
} from '@kubewright/runtime'
import { Rotator, type Round, type TrustTarget } from './rotator.ts'
import { SecretStore } from './secret-store.ts'
import { type RotationOptions, resolveRotation } from './settings.ts'

/** Where the certificate comes from. */
export type CertificateOptions =
  | {
      /** An authority of the program's own, in a Secret that all replicas share; rotated without a request failing, and injected wherever it must be trusted. */
      readonly from: 'secret'
      /** @default NAME-certificates */
      readonly secret?: string
      readonly rotation?: RotationOptions
    }
  | {
      /**
       * `tls.crt` and `tls.key` in a folder, read again when they change, such as a Secret that cert-manager fills. Nothing is injected; a `ca.crt`
       * there goes into configurations that are installed, unless cert-manager does that.
       */
      readonly from: 'folder'
      readonly folder: string
      /** `NAMESPACE/NAME` of cert-manager's Certificate: its injector is asked to fill in the authority. */
      readonly certManagerCertificate?: string
    }

/** Something whose changes call for a look at the certificates. */
export interface Watched {
  readonly kind: Kind<KubeObject>
  readonly scope: InformerScope
}

/** A certificate to serve with, and those who must trust it. */
export interface CertificateSource {
  readonly certificate: ServingCertificate
  /** What configurations must trust, as PEM; `undefined`: somebody else tells them. */
  readonly bundle: string | undefined
  readonly watched: readonly Watched[]
  /** Takes the steps that are due; says what to do next. */
  look(signal: AbortSignal): Promise<Pick<Round, 'missing' | 'again'>>
  /** Until the signal: what has to run besides looking. */
  run(signal: AbortSignal): Promise<void>
}

export interface SourceOptions {
  readonly manager: Manager
  readonly name: string
  readonly namespace: string
  readonly names: readonly string[]
  readonly targets: readonly TrustTarget[]
}

/** @throws ConfigurationError when a folder has no usable pair; ApiError, ConnectionError when the Secret cannot be had */
export async function openSource(options: CertificateOptions, where: SourceOptions, signal: AbortSignal): Promise<CertificateSource> {
  return options.from === 'folder' ? await fromFolder(options.folder, where) : await fromSecret(options, where, signal)
}

async function fromSecret(
  { secret, rotation }: Extract<CertificateOptions, { readonly from: 'secret' }>,
  { manager, name, namespace, names, targets }: SourceOptions,
  signal: AbortSignal,
): Promise<CertificateSource> {
  const { client, clock, log } = manager
  const secretName = secretNameOf(name, secret)
  const store = new SecretStore(client, { name: secretName, namespace })
  const rotator = new Rotator({ store, targets, names, settings: resolveRotation(rotation), clock, log })
  const { server, bundle } = await rotator.acquire(signal)
  const certificate = new ReplaceableCertificate(server)
  return {
    certificate,
    bundle,
    // The certificates are read from the server, never from a cache: their keys need not stay in memory longer than they are looked at.
    watched: [{ kind: Secret, scope: { namespace, fieldSelector: `metadata.name=${secretName}`, metadataOnly: true } }],
    look: (until) =>
      rotator.look(until, (pair) => {
        if (pair.cert === certificate.current.cert) return
        certificate.replace(pair)
        log.info('the certificate was replaced', {
          secret: `${namespace}/${secretName}`,
          validUntil: new X509Certificate(pair.cert).validTo,
        })
      }),
    run: () => Promise.resolve(),
  }
}

export const secretNameOf = (name: string, secret?: string) => secret ?? `${name}-certificates`

async function fromFolder(folder: string, { manager }: SourceOptions): Promise<CertificateSource> {
  const { clock, log, instruments } = manager
  const { certificate, run } = await certificateFromFolder({
    flag: '--webhook-cert-dir',
    folder,
    clock,
    log,
    meter: instruments.certificates,
  })
  const bundle = await readFile(join(folder, 'ca.crt'), 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT') throw error
    return undefined
  })
  return { certificate, bundle, watched: [], run, look: () => Promise.resolve({ missing: [], again: Number.POSITIVE_INFINITY }) }
}
