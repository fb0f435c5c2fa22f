import type { DynamicObject, StatusCause } from '@kubewright/core'
import { invalidValue } from '../../status/index.ts'
import { type Fields, optionalFields } from '../fields.ts'
import { defaultStrategy, type Strategy } from '../strategy.ts'

export const leases: Strategy = {
  ...defaultStrategy,
  // Two electors who write without a resourceVersion would both win.
  unconditionalUpdate: false,
  createOnUpdate: true,
  anyFinalizer: true,
  validate(lease: DynamicObject) {
    const spec = optionalFields(lease as Fields, 'spec') ?? {}
    const { leaseDurationSeconds: duration, leaseTransitions: transitions } = spec
    const causes: StatusCause[] = []
    if (typeof duration === 'number' && duration <= 0)
      causes.push(invalidValue('spec.leaseDurationSeconds', duration, 'must be greater than 0'))
    if (typeof transitions === 'number' && transitions < 0)
      causes.push(invalidValue('spec.leaseTransitions', transitions, 'must be greater than or equal to 0'))
    return causes
  },
}
