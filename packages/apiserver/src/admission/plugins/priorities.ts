import type { DynamicObject } from '@kubewright/core'
import { type Fields, fieldsAt } from '../../registry/fields.ts'
import type { ServerWrite } from '../../registry/server-admission.ts'
import type { Draft } from '../../registry/strategy.ts'
import type { Store } from '../../storage/index.ts'
import { type AdmissionPlugin, denial } from './plugin.ts'

const PODS = '/pods'
const CLASSES = 'scheduling.k8s.io/priorityclasses'

/** scheduling.k8s.io/v1 */
interface PriorityClass extends DynamicObject {
  readonly value?: number
  readonly globalDefault?: boolean
  readonly preemptionPolicy?: string
}

/** What a pod without a class has, where no class is the default. */
const NONE = { value: 0, preemptionPolicy: 'PreemptLowerPriority' } as const

/** Gives pods the numbers that their PriorityClass stands for, and lets one class be the default. */
export function priorities(store: Store): AdmissionPlugin {
  const find = (name: string) => store.get(CLASSES, name)?.object as PriorityClass | undefined
  /** Of several that are the default by mistake, the least. */
  const defaultClass = () =>
    store
      .list(CLASSES)
      .map(({ object }) => object as PriorityClass)
      .filter(({ globalDefault }) => globalDefault === true)
      .sort((a, b) => (a.value ?? 0) - (b.value ?? 0))[0]
  return {
    tables: [PODS, CLASSES],
    admit(write, draft) {
      if (write.resource.storage.table !== PODS) return
      const spec = fieldsAt(draft, 'spec')
      if (write.old === undefined) setPriority(write, draft, spec, find, defaultClass)
      else keepPriority(spec, (write.old as Fields)['spec'] as Fields)
    },
    validate(write, object) {
      if (write.resource.storage.table !== CLASSES || (object as PriorityClass).globalDefault !== true) return
      const present = defaultClass()
      if (present === undefined || (write.old !== undefined && present.metadata.name === object.metadata.name)) return
      throw denial(write, object, `PriorityClass ${present.metadata.name} is already marked as default. Only one default can exist`)
    },
  }
}

function setPriority(
  write: ServerWrite,
  draft: Draft,
  spec: Fields,
  find: (name: string) => PriorityClass | undefined,
  defaultClass: () => PriorityClass | undefined,
): void {
  const asked = String(spec['priorityClassName'] ?? '')
  const found = asked === '' ? defaultClass() : find(asked)
  if (asked !== '' && found === undefined) throw denial(write, draft, `no PriorityClass with name ${asked} was found`)
  const { value = 0, preemptionPolicy } = found ?? NONE
  if (spec['priority'] !== undefined && spec['priority'] !== value)
    throw denial(
      write,
      draft,
      `the integer value of priority (${String(spec['priority'])}) must not be provided in pod spec; priority admission controller computed ${value} from the given PriorityClass name`,
    )
  spec['priority'] = value
  if (found?.metadata.name !== undefined) spec['priorityClassName'] = found.metadata.name
  if (preemptionPolicy === undefined) return
  if (spec['preemptionPolicy'] !== undefined && spec['preemptionPolicy'] !== preemptionPolicy)
    throw denial(
      write,
      draft,
      `the string value of PreemptionPolicy (${String(spec['preemptionPolicy'])}) must not be provided in pod spec; priority admission controller computed ${preemptionPolicy} from the given PriorityClass name`,
    )
  spec['preemptionPolicy'] = preemptionPolicy
}

/** Who sends a pod again as it was written need not know what the server has added: without it the update would change what may not change. */
function keepPriority(spec: Fields, old: Fields): void {
  for (const field of ['priority', 'preemptionPolicy']) if (spec[field] === undefined && old[field] !== undefined) spec[field] = old[field]
}
