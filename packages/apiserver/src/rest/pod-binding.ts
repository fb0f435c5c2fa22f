import { type Condition, type DynamicObject, formatTime } from '@kubewright/core'
import { type Fields, optionalFields } from '../registry/fields.ts'
import { inTime } from '../registry/steps.ts'
import { conflict, storageError } from '../status/index.ts'
import { type RestContext, targetOf } from './context.ts'
import type { PodAction } from './pod-actions.ts'

const BINDING = { group: '', plural: 'pods/binding' }

/** Sends a pod to a node, as a scheduler does. @throws Refusal */
export async function bindPod({ objects, clock }: RestContext, { sent, pod, dryRun }: PodAction): Promise<void> {
  const target = targetOf(pod)
  const node = nodeOf(sent)
  const { annotations = {}, labels = {}, uid, resourceVersion } = (optionalFields(sent, 'metadata') ?? {}) as DynamicObject['metadata']
  const refuse = (why: string) => conflict(BINDING, target.name, why)
  const bound = (current: DynamicObject): DynamicObject => {
    const { metadata, status = {} } = current as DynamicObject & { readonly status?: PodStatus }
    const spec = (current['spec'] ?? {}) as PodSpec
    const shown = `Precondition failed: UID in precondition: ${uid}, UID in object meta: ${metadata.uid}`
    if (uid && uid !== metadata.uid) throw conflict(pod.resource, target.name, shown)
    if (metadata.deletionTimestamp !== undefined) throw refuse(`pod ${target.name} is being deleted, cannot be assigned to a host`)
    if (spec.nodeName) throw refuse(`pod ${target.name} is already assigned to node ${JSON.stringify(spec.nodeName)}`)
    if ((spec.schedulingGates ?? []).length > 0) throw refuse(`pod ${target.name} has non-empty .spec.schedulingGates`)
    const { nominatedNodeName: _hint, ...kept } = status
    return {
      ...current,
      metadata: {
        ...metadata,
        ...(resourceVersion !== undefined && { resourceVersion }),
        ...(Object.keys(annotations).length > 0 && { annotations: { ...metadata.annotations, ...annotations } }),
        ...(Object.keys(labels).length > 0 && { labels: { ...metadata.labels, ...labels } }),
      },
      spec: { ...spec, nodeName: node },
      status: { ...kept, conditions: scheduled(status.conditions, clock.now()) },
    }
  }
  await inTime(
    objects.updating(pod.resource, target, bound, { dryRun, subresource: 'binding', unconditional: resourceVersion === undefined }),
  )
}

interface PodSpec {
  readonly nodeName?: string
  readonly schedulingGates?: readonly object[]
}

interface PodStatus {
  readonly nominatedNodeName?: string
  readonly conditions?: readonly Condition[]
}

/** @throws Refusal 500, as the real server, which takes a wrong target for a failure of its own */
function nodeOf(binding: Fields): string {
  const { kind = '', name = '' } = (optionalFields(binding, 'target') ?? {}) as Readonly<Record<string, string>>
  const problems = [
    ...(kind !== '' && kind !== 'Node'
      ? [`target.kind: Unsupported value: ${JSON.stringify(kind)}: supported values: "Node", "<empty>"`]
      : []),
    ...(name === '' ? ['target.name: Required value'] : []),
  ]
  if (problems.length > 0) throw storageError(problems.length === 1 ? problems[0]! : `[${problems.join(', ')}]`)
  return name
}

function scheduled(conditions: readonly Condition[] | undefined, now: number): readonly object[] {
  const others = (conditions ?? []).filter(({ type }) => type !== 'PodScheduled')
  return [...others, { type: 'PodScheduled', status: 'True', lastProbeTime: null, lastTransitionTime: formatTime(now) }]
}
