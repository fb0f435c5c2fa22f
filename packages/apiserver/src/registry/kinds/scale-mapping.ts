import { type DynamicObject, type LabelSelectorSpec, labelSelectorOf, printLabelSelector } from '@kubewright/core'
import { type Fields, optionalFields } from '../fields.ts'
import type { ScaleMapping } from '../resource.ts'

const selectorOf = (object: DynamicObject) => optionalFields(optionalFields(object as Fields, 'spec') ?? {}, 'selector')

export const scale: ScaleMapping = {
  replicas: ['spec', 'replicas'],
  statusReplicas: ['status', 'replicas'],
  selector(object) {
    const selector = selectorOf(object)
    return selector && printLabelSelector(labelSelectorOf(selector as LabelSelectorSpec))
  },
}

/** ReplicationControllers have a plain map. */
export const scaleByMap: ScaleMapping = {
  ...scale,
  selector(object) {
    const matchLabels = selectorOf(object) as Readonly<Record<string, string>> | undefined
    return matchLabels && printLabelSelector(labelSelectorOf({ matchLabels }))
  },
}
