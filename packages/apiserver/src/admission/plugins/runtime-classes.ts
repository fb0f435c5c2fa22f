import { type DynamicObject, deepEqual } from '@kubewright/core'
import { type Fields, fieldsAt, listAt, optionalFields } from '../../registry/fields.ts'
import type { ServerWrite } from '../../registry/server-admission.ts'
import type { Draft } from '../../registry/strategy.ts'
import type { Store } from '../../storage/index.ts'
import { type AdmissionPlugin, denial } from './plugin.ts'

/** Gives pods what their RuntimeClass takes for itself, and the nodes that have it. */
export function runtimeClasses(store: Store): AdmissionPlugin {
  const classOf = (write: ServerWrite, pod: Pick<DynamicObject, 'metadata'>, spec: Fields): DynamicObject | undefined => {
    const name = spec['runtimeClassName']
    if (name === undefined) return undefined
    const found = store.get('node.k8s.io/runtimeclasses', String(name))?.object
    if (found === undefined) throw denial(write, pod, `pod rejected: RuntimeClass ${JSON.stringify(name)} not found`)
    return found
  }
  return {
    tables: ['/pods'],
    admit(write, draft) {
      if (write.old !== undefined) return
      const spec = fieldsAt(draft, 'spec')
      const runtimeClass = classOf(write, draft, spec)
      if (runtimeClass === undefined) return
      const overhead = overheadOf(runtimeClass)
      if (overhead !== undefined) {
        requireOverhead(write, draft, spec['overhead'] ?? overhead, overhead)
        spec['overhead'] = overhead
      }
      setScheduling(write, draft, spec, optionalFields(runtimeClass as Fields, 'scheduling') ?? {})
    },
    validate(write, pod) {
      if (write.old !== undefined) return
      const spec = optionalFields(pod as Fields, 'spec') ?? {}
      const runtimeClass = classOf(write, pod, spec)
      const overhead = runtimeClass && overheadOf(runtimeClass)
      if (overhead !== undefined) requireOverhead(write, pod, spec['overhead'], overhead)
      else if (spec['overhead'] !== undefined)
        throw denial(write, pod, 'pod rejected: Pod Overhead set without corresponding RuntimeClass defined Overhead')
    },
  }
}

const overheadOf = (runtimeClass: DynamicObject): Fields | undefined => {
  const overhead = optionalFields(runtimeClass as Fields, 'overhead')
  return overhead && (optionalFields(overhead, 'podFixed') ?? {})
}

function requireOverhead(write: ServerWrite, pod: Pick<DynamicObject, 'metadata'>, given: unknown, wanted: Fields): void {
  if (!deepEqual(given, wanted)) throw denial(write, pod, "pod rejected: Pod's Overhead doesn't match RuntimeClass's defined Overhead")
}

function setScheduling(write: ServerWrite, draft: Draft, spec: Fields, scheduling: Fields): void {
  const wanted = optionalFields(scheduling, 'nodeSelector') ?? {}
  const selector = optionalFields(spec, 'nodeSelector') ?? {}
  for (const [key, value] of Object.entries(wanted))
    if (selector[key] !== undefined && selector[key] !== value)
      throw denial(
        write,
        draft,
        `conflict: runtimeClass.scheduling.nodeSelector[${key}] = ${String(value)}; pod.spec.nodeSelector[${key}] = ${String(selector[key])}`,
      )
  if (Object.keys(wanted).length > 0) spec['nodeSelector'] = { ...selector, ...wanted }
  const tolerations = listAt(spec, 'tolerations')
  const missing = listAt(scheduling, 'tolerations').filter((each) => !tolerations.some((known) => deepEqual(known, each)))
  if (missing.length > 0) spec['tolerations'] = [...tolerations, ...missing]
}
