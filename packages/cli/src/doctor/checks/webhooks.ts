import { isForbidden, isNotFound, type KubeList } from '@kubewright/core'
import { configurationsOf, type WebhookConfiguration } from '@kubewright/webhook'
import { certificatesIn, isTrusted, sayValidity, validityOf } from '../certificate-validity.ts'
import type { Check, DoctorContext } from '../context.ts'
import { counted, type Finding, outcomeOf } from '../finding.ts'
import { resourceName, type Subject } from '../subject.ts'
import {
  addressesOf,
  type CalledAddress,
  type ConvertingDefinition,
  conversionAddressOf,
  type ServiceFacts,
  serviceFacts,
} from '../webhook-facts.ts'
import { servingSecret } from './certificates.ts'

/** What is known of an address beside itself. */
export interface AddressFacts {
  /** `missing`: there is no such Service. `undefined`: it is called by a URL. */
  readonly service: ServiceFacts | 'missing' | undefined
  /** PEM of the certificate that is served there; `undefined`: not known. */
  readonly serving: string | undefined
}

/** @param now the server's time, ms since the epoch */
export function addressFindings(
  address: CalledAddress,
  { service, serving }: AddressFacts,
  subject: Subject,
  now: number,
): readonly Finding[] {
  const { object, entry, holdsUp } = address
  const effect = holdsUp === undefined ? 'it is passed over' : `this is refused: ${holdsUp}`
  const found = (problem: string, mend: string): Finding => ({
    level: holdsUp === undefined ? 'warning' : 'error',
    object,
    problem: `${entry}: ${problem}; ${effect}`,
    mend,
  })
  return [...serviceFindings(address, service, subject, found), ...bundleFindings(address, serving, subject, now, found)]
}

type Found = (problem: string, mend: string) => Finding

function serviceFindings(
  { service: called }: CalledAddress,
  service: AddressFacts['service'],
  subject: Subject,
  found: Found,
): readonly Finding[] {
  if (called === undefined || service === undefined) return []
  const name = `service ${called.name} in ${called.namespace}`
  const apply = `${subject.printing('webhooks')} | kubectl apply -f -`
  if (service === 'missing') return [found(`it calls the ${name}, which is not there`, apply)]
  if (!service.ports.includes(called.port))
    return [found(`it calls port ${called.port} of the ${name}, which has ${service.ports.join(', ')}`, apply)]
  if (service.ready > 0) return []
  return [
    found(
      `the ${name} has no Pod that is ready`,
      `start ${subject.name}: kubectl -n ${called.namespace} get pods -l app.kubernetes.io/component=${subject.name}`,
    ),
  ]
}

function bundleFindings(
  { caBundle, object }: CalledAddress,
  serving: string | undefined,
  subject: Subject,
  now: number,
  found: Found,
): readonly Finding[] {
  const run = `a running ${subject.name} fills it in; see its log: does it run, and may it patch ${object}?`
  if (caBundle === undefined) return [found('it has no caBundle: the API server trusts nobody there', run)]
  const authorities = certificatesIn(caBundle)
  if (authorities === undefined) return [found('its caBundle is no PEM of certificates', run)]
  const validities = authorities.map((authority) => validityOf(authority, now))
  const [worst] = validities.filter((validity) => validity.is !== 'valid')
  if (worst !== undefined && validities.every(({ is }) => is !== 'valid'))
    return [found(`the authority in its caBundle ${sayValidity(worst)}`, run)]
  const [certificate] = certificatesIn(serving ?? '') ?? []
  if (certificate === undefined || isTrusted(certificate, authorities)) return []
  return [found(`its caBundle does not trust the certificate that ${subject.name} serves`, run)]
}

/** Configurations that the program has and the cluster has not. */
export function missingFindings(
  subject: Subject,
  wanted: readonly WebhookConfiguration[],
  live: readonly WebhookConfiguration[],
): readonly Finding[] {
  return wanted.flatMap((configuration): readonly Finding[] => {
    const object = `${configuration.kind?.toLowerCase()}/${configuration.metadata.name}`
    const mend = `start ${subject.name}, which installs them, or: ${subject.printing('webhooks')} | kubectl apply -f -`
    const there = live.find(({ kind, metadata }) => kind === configuration.kind && metadata.name === configuration.metadata.name)
    if (there === undefined)
      return [{ level: 'error', object, problem: `it is not in the cluster: ${subject.name} is not asked before objects are taken`, mend }]
    const names = (there.webhooks ?? []).map(({ name }) => name)
    const lost = (configuration.webhooks ?? []).filter(({ name }) => !names.includes(name)).map(({ name }) => name)
    return lost.length === 0 ? [] : [{ level: 'error', object, problem: `it lacks ${lost.join(', ')}`, mend }]
  })
}

const ADMISSION = '/apis/admissionregistration.k8s.io/v1'

async function liveConfigurations({ client, signal }: DoctorContext): Promise<readonly WebhookConfiguration[]> {
  const lists = (['MutatingWebhookConfiguration', 'ValidatingWebhookConfiguration'] as const).map(async (kind) => {
    const { items } = await client.request<KubeList<WebhookConfiguration>>('GET', `${ADMISSION}/${kind.toLowerCase()}s`, { signal })
    return items.map((item) => ({ ...item, kind }))
  })
  return (await Promise.all(lists)).flat()
}

/** The program's own configurations, and whoever else is asked about its kinds: that one can hold them up too. */
function concerns({ metadata, webhooks = [] }: WebhookConfiguration, subject: Subject): boolean {
  const groups = subject.kinds.map(({ group }) => group)
  return (
    metadata.name === resourceName(subject) ||
    webhooks.some(({ rules }) => rules?.some(({ apiGroups }) => apiGroups.some((group) => groups.includes(group))))
  )
}

async function conversionsOf(subject: Subject, { client, signal }: DoctorContext): Promise<readonly CalledAddress[]> {
  const found = subject.kinds.map(async ({ plural, group }) => {
    const path = `/apis/apiextensions.k8s.io/v1/customresourcedefinitions/${plural}.${group}`
    try {
      return conversionAddressOf(await client.request<ConvertingDefinition>('GET', path, { signal }))
    } catch (error) {
      // Another check's finding.
      if (isNotFound(error)) return []
      throw error
    }
  })
  return (await Promise.all(found)).flat()
}

async function factsOf(address: CalledAddress, subject: Subject, context: DoctorContext): Promise<AddressFacts> {
  const { client, namespace, signal } = context
  const { service } = address
  if (service === undefined) return { service: undefined, serving: undefined }
  const own = service.namespace === namespace && service.name === resourceName(subject)
  const secret = own
    ? await servingSecret(subject, context).catch((error: unknown) => {
        // Without the right to read Secrets all else can still be told.
        if (isForbidden(error)) return undefined
        throw error
      })
    : undefined
  return { service: (await serviceFacts(client, service.namespace, service.name, signal)) ?? 'missing', serving: secret?.certificate }
}

export const webhooks: Check = {
  name: 'webhooks',
  about: 'whether the configurations are there, somebody answers where they lead, and their authority is the right one and valid',
  async run(context) {
    const { subjects, namespace, serverNow } = context
    const live = await liveConfigurations(context)
    const findings: Finding[] = []
    let looked = 0
    for (const subject of subjects) {
      const name = resourceName(subject)
      const wanted = configurationsOf(subject.webhooks ?? [], { name, namespace, reach: { service: { name, namespace } } })
      findings.push(...missingFindings(subject, wanted, live))
      const own = live.filter((configuration) => concerns(configuration, subject)).flatMap(addressesOf)
      for (const address of [...own, ...(await conversionsOf(subject, context))]) {
        looked++
        findings.push(...addressFindings(address, await factsOf(address, subject, context), subject, serverNow()))
      }
    }
    return outcomeOf(findings, `${counted(looked, 'webhook')} that the API server calls`)
  },
}
