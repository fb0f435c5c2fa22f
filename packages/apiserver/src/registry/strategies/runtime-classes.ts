import { deepEqual } from '@kubewright/core'
import { immutableField, requiredValue } from '../../status/index.ts'
import type { Fields } from '../fields.ts'
import { defaultStrategy, type Strategy } from '../strategy.ts'

export const runtimeClasses: Strategy = {
  ...defaultStrategy,
  validate: (object) => ((object as Fields)['handler'] ? [] : [requiredValue('handler')]),
  validateUpdate(object, old) {
    const [after, before] = [(object as Fields)['handler'], (old as Fields)['handler']]
    return deepEqual(after, before) ? [] : [immutableField('handler', after)]
  },
}
