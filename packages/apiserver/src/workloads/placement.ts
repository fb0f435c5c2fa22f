import { type DynamicObject, type LabelRequirement, matchesLabels } from '@kubewright/core'
import type { Pod } from './pod.ts'

/** Where a pod may be: its spec, or that of a template. */
export interface Placing {
  readonly nodeSelector?: Readonly<Record<string, string>>
  readonly affinity?: Affinity
  readonly tolerations?: readonly Toleration[]
}

export interface Affinity {
  readonly nodeAffinity?: { readonly requiredDuringSchedulingIgnoredDuringExecution?: { readonly nodeSelectorTerms?: readonly Term[] } }
}

interface Term {
  readonly matchExpressions?: readonly Requirement[]
  readonly matchFields?: readonly Requirement[]
}

type Requirement = Pick<LabelRequirement, 'key' | 'operator'> & { readonly values?: readonly string[] }

export interface Toleration {
  /** Empty with `Exists`: every taint. */
  readonly key?: string
  readonly operator?: string
  readonly value?: string
  /** Empty: every effect. */
  readonly effect?: string
}

interface Taint {
  readonly key: string
  readonly value?: string
  readonly effect: string
}

interface NodeSpec {
  readonly unschedulable?: boolean
  readonly taints?: readonly Taint[]
}

const NAME_FIELD = 'metadata.name'

/** A node out of use is one with a taint that DaemonSets tolerate. */
const UNSCHEDULABLE: Taint = { key: 'node.kubernetes.io/unschedulable', effect: 'NoSchedule' }

/** The node takes a new pod of this kind. */
export const accepts = (node: DynamicObject, placing: Placing): boolean => keeps(node, placing) && tolerates(node, placing, 'NoSchedule')

/** A pod of this kind that is on the node may stay. */
export const keeps = (node: DynamicObject, placing: Placing): boolean => isChosen(node, placing) && !drivesOut(node, placing)

/** A pod of this kind has to leave the node, whether or not it still chooses it. */
export const drivesOut = (node: DynamicObject, placing: Placing): boolean => !tolerates(node, placing, 'NoExecute')

/** By its labels, and by its name: that is how the pods of a DaemonSet find their nodes. */
function isChosen({ metadata }: DynamicObject, { nodeSelector = {}, affinity }: Placing): boolean {
  const terms = affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms
  return (
    Object.entries(nodeSelector).every(([key, value]) => metadata.labels?.[key] === value) &&
    (terms === undefined || terms.some((term) => isMet(term, metadata)))
  )
}

/** A term that asks for nothing chooses nothing. */
function isMet({ matchExpressions = [], matchFields = [] }: Term, { name = '', labels }: DynamicObject['metadata']): boolean {
  const listed = (requirements: readonly Requirement[]) =>
    requirements.map(({ values = [], ...rest }) => ({ ...rest, values: [...values] }))
  return (
    matchExpressions.length + matchFields.length > 0 &&
    matchesLabels(listed(matchExpressions), labels) &&
    matchesLabels(listed(matchFields), { [NAME_FIELD]: name })
  )
}

/** The same, but of what it asks of nodes no more than the name of one. */
export const pinnedTo = (node: string, affinity: Affinity = {}): Affinity => ({
  ...affinity,
  nodeAffinity: {
    ...affinity.nodeAffinity,
    requiredDuringSchedulingIgnoredDuringExecution: {
      nodeSelectorTerms: [{ matchFields: [{ key: NAME_FIELD, operator: 'In', values: [node] }] }],
    },
  },
})

export const pinnedNode = (affinity: Affinity | undefined): string | undefined =>
  (affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms ?? [])
    .flatMap(({ matchFields = [] }) => matchFields)
    .find(({ key, operator }) => key === NAME_FIELD && operator === 'In')?.values?.[0]

function tolerates(node: DynamicObject, { tolerations = [] }: Placing, effect: string): boolean {
  const { taints = [], unschedulable } = (node['spec'] ?? {}) as NodeSpec
  const all = [...taints, ...(unschedulable === true ? [UNSCHEDULABLE] : [])]
  return all.every((taint) => taint.effect !== effect || tolerations.some((each) => isTolerated(taint, each)))
}

function isTolerated(taint: Taint, { key = '', operator = 'Equal', value = '', effect = '' }: Toleration): boolean {
  if (effect !== '' && effect !== taint.effect) return false
  if (key === '') return operator === 'Exists'
  return key === taint.key && (operator === 'Exists' || value === (taint.value ?? ''))
}

/** The ports of the node's own that a pod takes. */
export function hostPorts({ spec: { containers, initContainers = [] } }: Pod): readonly string[] {
  const sidecars = initContainers.filter(({ restartPolicy }) => restartPolicy === 'Always')
  const ports = [...containers, ...sidecars].flatMap((container) => container.ports ?? [])
  return ports.flatMap(({ hostPort, protocol = 'TCP', hostIP }) => (hostPort ? [`${protocol} ${hostPort} ${hostIP || ANY_ADDRESS}`] : []))
}

const ANY_ADDRESS = '0.0.0.0'

/** Whether a pod that is there leaves those ports free. */
export function leavesFree(wanted: readonly string[], there: Pod): boolean {
  return !hostPorts(there).some((taken) => wanted.some((port) => collide(port, taken)))
}

function collide(a: string, b: string): boolean {
  const [protocol, port, address] = a.split(' ')
  const [otherProtocol, otherPort, otherAddress] = b.split(' ')
  if (protocol !== otherProtocol || port !== otherPort) return false
  return address === otherAddress || address === ANY_ADDRESS || otherAddress === ANY_ADDRESS
}
