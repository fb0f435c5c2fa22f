import { Lease } from '@kubewright/client'
import { formatDuration, parseTime } from '@kubewright/core'
import type { Check } from '../context.ts'
import { counted, type Finding, outcomeOf } from '../finding.ts'
import { resourceName, type Subject } from '../subject.ts'

/** Renewals are every 2 s, and a request may hang for as long as the renew deadline. */
const SLACK = 5_000

/** @param now the server's time, ms since the epoch */
export function leaseFindings(
  subject: Subject,
  leases: readonly Lease[],
  replicas: number,
  namespace: string,
  now: number,
): readonly Finding[] {
  const { name } = subject
  const deployment = `deployment/${resourceName(subject)}`
  const look = `kubectl -n ${namespace} get pods -l app.kubernetes.io/component=${name}; kubectl -n ${namespace} logs ${deployment}`
  if (leases.length === 0) {
    if (replicas === 0) return []
    return [{ level: 'warning', object: deployment, problem: `no replica of ${name} has ever led`, mend: look }]
  }
  return leases.flatMap(({ metadata, spec }): readonly Finding[] => {
    const object = `lease/${metadata.name} -n ${metadata.namespace}`
    const holder = spec?.holderIdentity ?? ''
    if (holder === '') {
      if (replicas === 0) return []
      return [{ level: 'error', object, problem: `it was released, and none of ${counted(replicas, 'replica')} has taken it`, mend: look }]
    }
    const renewed = parseTime(spec?.renewTime ?? '') ?? 0
    const late = now - renewed - (spec?.leaseDurationSeconds ?? 0) * 1_000
    if (late <= SLACK) return []
    const problem = `${holder} holds it, and has not renewed it for ${formatDuration(Math.round((now - renewed) / 1_000) * 1_000)}: nobody does the work of ${name}`
    return [
      replicas === 0
        ? {
            level: 'warning',
            object,
            problem,
            mend: `start the program, or remove the lease if it is gone for good: kubectl -n ${metadata.namespace} delete lease ${metadata.name}`,
          }
        : { level: 'error', object, problem, mend: look },
    ]
  })
}

export const leases: Check = {
  name: 'leases',
  about: 'whether a living replica holds the lease of each program',
  async run({ client, subjects, namespace, signal, serverNow }) {
    const resource = await client.resource(Lease, { signal })
    const findings: Finding[] = []
    let looked = 0
    for (const subject of subjects) {
      const { items } = await resource.list({ fieldSelector: `metadata.name=${resourceName(subject)}`, signal })
      const { items: deployments } = await client.request<{
        readonly items: readonly { readonly spec?: { readonly replicas?: number } }[]
      }>('GET', `/apis/apps/v1/namespaces/${namespace}/deployments`, {
        query: { fieldSelector: `metadata.name=${resourceName(subject)}` },
        signal,
      })
      looked += items.length
      const replicas = deployments.reduce((sum, { spec }) => sum + (spec?.replicas ?? 1), 0)
      findings.push(...leaseFindings(subject, items, replicas, namespace, serverNow()))
    }
    return outcomeOf(findings, counted(looked, 'lease'))
  },
}
