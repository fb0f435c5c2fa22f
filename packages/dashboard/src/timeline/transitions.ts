import type { KubeObject } from '@kubewright/core'
import { conditionsOf } from '../objects/health.ts'
import type { NewEntry } from './timeline.ts'

/** The conditions that became other between two states of an object, as lines of its life. `hide`: takes secrets out of a text. */
export function transitionsOf(
  old: KubeObject | undefined,
  object: KubeObject,
  at: number,
  hide: (text: string) => string,
): readonly NewEntry[] {
  const before = new Map((old === undefined ? [] : conditionsOf(old)).map((condition) => [condition.type, condition]))
  return conditionsOf(object).flatMap(({ type, status, reason, message }): NewEntry[] => {
    const known = before.get(type)
    if (known?.status === status && known.reason === reason && known.message === message) return []
    return [{ what: 'condition', at, type, from: known?.status, to: status, reason, message: hide(message) }]
  })
}
