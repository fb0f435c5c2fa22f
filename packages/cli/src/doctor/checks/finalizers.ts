import { formatDuration, isNotFound, type KubeObject, parseTime } from '@kubewright/core'
import type { Check } from '../context.ts'
import { counted, type Finding, outcomeOf } from '../finding.ts'
import type { Subject } from '../subject.ts'

/** A cleanup that calls slow services takes minutes; one that takes longer deserves a look. */
const PATIENCE = 300_000

/** @param resource as kubectl names it: `shops.example.dev` @param now the server's time, ms since the epoch */
export function finalizerFindings(subject: Subject, resource: string, objects: readonly KubeObject[], now: number): readonly Finding[] {
  return objects.flatMap(({ metadata }): readonly Finding[] => {
    const { name = '', namespace, deletionTimestamp, finalizers = [] } = metadata
    const since = deletionTimestamp === undefined ? undefined : parseTime(deletionTimestamp)
    if (since === undefined || now - since <= PATIENCE || finalizers.length === 0) return []
    const where = namespace === undefined ? '' : ` -n ${namespace}`
    return [
      {
        level: 'error',
        object: `${resource}/${name}${where}`,
        problem: `it has been deleting for ${formatDuration(Math.floor((now - since) / 60_000) * 60_000)}, and waits for ${finalizers.join(', ')}`,
        mend: `see why ${subject.name} does not clean up: kubectl describe ${resource} ${name}${where}, and its log. Last of all, without the cleanup: kubectl patch ${resource} ${name}${where} --type=json -p '[{"op":"remove","path":"/metadata/finalizers"}]'`,
      },
    ]
  })
}

/** A page: a list of a hundred thousand objects need not be in memory. */
const PAGE = 500

export const finalizers: Check = {
  name: 'finalizers',
  about: 'objects of the programs’ kinds that have been deleting for more than five minutes, and for whom they wait',
  async run({ client, subjects, watched, signal, serverNow }) {
    const findings: Finding[] = []
    let looked = 0
    for (const subject of subjects) {
      for (const kind of subject.kinds) {
        const resource = (await client.resource(kind, { signal })).metadataOnly()
        const places = kind.namespaced !== false && watched.length > 0 ? watched : [undefined]
        for (const namespace of places) {
          try {
            for await (const object of resource.items({ limit: PAGE, signal, namespace })) {
              looked++
              findings.push(...finalizerFindings(subject, `${kind.plural}.${kind.group}`, [object], serverNow()))
            }
          } catch (error) {
            // The kind is not installed, which is another check's finding.
            if (!isNotFound(error)) throw error
          }
        }
      }
    }
    return outcomeOf(findings, counted(looked, 'object'))
  },
}
