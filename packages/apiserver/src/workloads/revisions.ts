import { type DynamicObject, deepEqual } from '@kubewright/core'
import { type ClusterView, type Effect, type PodTemplate, TABLES, type Workload } from './actuator.ts'
import { controllerReference, hashOf } from './pod-template.ts'

/** A template that a StatefulSet or a DaemonSet has had. */
export interface Revision extends DynamicObject {
  readonly revision: number
  readonly data: unknown
}

export interface History {
  /** The revision of the template that is wanted now; it may be one that is still to be written. */
  readonly update: Revision
  readonly all: readonly Revision[]
  /** What has to be written for it. */
  readonly effects: readonly Effect[]
}

/**
 * The form in which a template is kept: `kubectl rollout undo` applies it as a strategic merge patch. Clients find the revision of a template by
 * comparing bytes, with the fields in the order in which Go writes a map.
 */
const dataOf = (template: PodTemplate) => sorted({ spec: { template: { $patch: 'replace', ...template } } })

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted)
  if (typeof value !== 'object' || value === null) return value
  const fields = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1))
  return Object.fromEntries(fields.map(([key, each]) => [key, sorted(each)]))
}

/** The revisions of a workload, with that of its template as the newest. */
export function historyOf(workload: Workload, view: ClusterView, labels: (hash: string) => Readonly<Record<string, string>>): History {
  const known = (view.controlled(TABLES.revisions, workload) as readonly Revision[]).toSorted((a, b) => a.revision - b.revision)
  const data = dataOf(workload.spec.template)
  const next = (known.at(-1)?.revision ?? 0) + 1
  // Of several, which somebody else has made, the newest: none is to be written.
  const same = known.findLast((each) => deepEqual(each.data, data))
  if (same !== undefined) {
    if (same === known.at(-1)) return { update: same, all: known, effects: [] }
    // Who goes back makes the old template the newest again.
    const update = { ...same, revision: next }
    return {
      update,
      all: [...known.filter((each) => each !== same), update],
      effects: [{ do: 'update', table: TABLES.revisions, object: update }],
    }
  }
  const hash = hashOf(data)
  const { namespace, name } = workload.metadata
  const made = {
    apiVersion: 'apps/v1',
    kind: 'ControllerRevision',
    metadata: {
      name: `${name}-${hash}`,
      ...(namespace === undefined ? {} : { namespace }),
      labels: { ...workload.spec.template.metadata?.labels, ...labels(hash) },
      ...(workload.metadata.annotations === undefined ? {} : { annotations: workload.metadata.annotations }),
      ownerReferences: [controllerReference(workload)],
    },
    revision: next,
    data,
  } as Revision
  return { update: made, all: [...known, made], effects: [{ do: 'create', table: TABLES.revisions, object: made }] }
}

/** Revisions beyond the limit that no pod is of, the oldest first. */
export function outdatedRevisions(
  workload: Workload,
  all: readonly Revision[],
  isUsed: (revision: Revision) => boolean,
): readonly Effect[] {
  const unused = all.filter((revision) => !isUsed(revision))
  const surplus = Math.max(0, unused.length - (workload.spec.revisionHistoryLimit ?? 10))
  return unused.slice(0, surplus).map((object) => ({ do: 'delete', table: TABLES.revisions, object }))
}

/** The template that was kept under a revision. */
export const templateOf = ({ data }: Revision): PodTemplate => {
  const { $patch: _patch, ...template } = (data as { readonly spec: { readonly template: PodTemplate & { readonly $patch?: string } } })
    .spec.template
  return template
}
