import { Secret } from '@kubewright/client'
import { isForbidden, isNotFound } from '@kubewright/core'
import { isCalled } from '../../manifests/deployed-program.ts'
import { certificatesIn, sayValidity, validityOf } from '../certificate-validity.ts'
import type { Check, DoctorContext } from '../context.ts'
import { counted, type Finding, outcomeOf } from '../finding.ts'
import { resourceName, type Subject } from '../subject.ts'

/** What is public in the Secret of a program's webhook certificates: the keys are not looked at. */
export interface ServingSecret {
  readonly name: string
  /** PEM; `undefined`: the Secret has none. */
  readonly certificate: string | undefined
}

/** @param now the server's time, ms since the epoch */
export function certificateFindings(
  { name, certificate }: ServingSecret,
  subject: Subject,
  namespace: string,
  now: number,
): readonly Finding[] {
  const object = `secret/${name} -n ${namespace}`
  const found = (level: Finding['level'], problem: string, mend: string): Finding => ({ level, object, problem, mend })
  const anew = `a running ${subject.name} makes a new one: kubectl -n ${namespace} annotate secret ${name} kubewright.dev/rotate=now`
  const [serving] = certificatesIn(certificate ?? '') ?? []
  if (serving === undefined) return [found('error', 'it has no certificate in tls.crt', `start ${subject.name}, which makes one`)]
  const validity = validityOf(serving, now)
  if (validity.is === 'valid') return []
  const problem = `the certificate of the webhooks ${sayValidity(validity)}`
  return validity.is === 'ending'
    ? [found('warning', `${problem}, and should have been replaced long ago: does ${subject.name} run?`, anew)]
    : [found('error', `${problem}: the API server does not trust the webhooks`, anew)]
}

/** `undefined`: there is none. @throws ApiError */
export async function servingSecret(subject: Subject, { client, namespace, signal }: DoctorContext): Promise<ServingSecret | undefined> {
  const name = `${resourceName(subject)}-certificates`
  const secrets = await client.resource(Secret, { signal })
  try {
    const { data } = await secrets.get({ namespace, name }, { signal })
    const text = data?.['tls.crt']
    return { name, certificate: text === undefined ? undefined : Buffer.from(text, 'base64').toString() }
  } catch (error) {
    if (isNotFound(error)) return undefined
    throw error
  }
}

export const certificates: Check = {
  name: 'certificates',
  about: 'whether the certificates of the webhooks are valid, and replaced in time',
  async run(context) {
    const { subjects, namespace, serverNow } = context
    const called = subjects.filter(isCalled)
    if (called.length === 0) return { is: 'fine', note: 'no program here has webhooks' }
    const findings: Finding[] = []
    let looked = 0
    try {
      for (const subject of called) {
        const secret = await servingSecret(subject, context)
        if (secret === undefined) continue
        looked++
        findings.push(...certificateFindings(secret, subject, namespace, serverNow()))
      }
    } catch (error) {
      if (!isForbidden(error)) throw error
      return { is: 'skipped', why: `you may not read Secrets: ${error.message}` }
    }
    return outcomeOf(findings, counted(looked, 'certificate'))
  },
}
