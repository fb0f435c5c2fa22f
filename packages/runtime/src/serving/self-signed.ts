import { hostname } from 'node:os'
import { type Clock, sleepOrAbort } from '@kubewright/core'
import { Authority } from '@kubewright/core/certificates'
import { ReplaceableCertificate, type ServingCertificate } from './serving-certificate.ts'

/** Of the year that it is valid, a month is left when it is replaced. */
const REPLACED_BEFORE_END = 30 * 86_400_000

/** A certificate that encrypts and proves nothing, for who gave none; replaced before it runs out, however long the program runs. */
export function selfSignedCertificate(clock: Clock): { readonly certificate: ServingCertificate; run(signal: AbortSignal): Promise<void> } {
  const issue = () => {
    const authority = new Authority(clock.now())
    return { pair: authority.server(['localhost', '127.0.0.1', '::1', hostname()], 'kubewright-metrics'), notAfter: authority.notAfter }
  }
  let { pair, notAfter } = issue()
  const certificate = new ReplaceableCertificate(pair)
  const run = async (signal: AbortSignal) => {
    while (!signal.aborted) {
      await sleepOrAbort(notAfter - REPLACED_BEFORE_END - clock.now(), { clock, signal })
      if (signal.aborted) return
      ;({ pair, notAfter } = issue())
      certificate.replace(pair)
    }
  }
  return { certificate, run }
}
