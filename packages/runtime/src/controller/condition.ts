import { type Clock, type Condition, type KubeObject, setCondition } from '@kubewright/core'
import type { ConditionSetter, ConditionStatus, SetCondition } from './context.ts'

/** Writes conditions into a status that is being drafted. */
export function conditionSetter<T extends KubeObject>(object: T, draft: object, clock: Pick<Clock, 'now'>): SetCondition<T> {
  const status = draft as { conditions?: readonly Condition[] | undefined }
  const { generation } = object.metadata
  const set: ConditionSetter<string> = (type, value, reason, message) => {
    const update = {
      ...{ type, status: wordFor(value), reason },
      ...(message === undefined ? {} : { message }),
      ...(generation === undefined ? {} : { observedGeneration: generation }),
    }
    status.conditions = setCondition(status.conditions, update, clock.now())
  }
  return set as SetCondition<T>
}

function wordFor(value: ConditionStatus | boolean): ConditionStatus {
  if (typeof value === 'string') return value
  return value ? 'True' : 'False'
}
