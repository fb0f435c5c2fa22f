import { type DynamicObject, deepEqual, type StatusCause } from '@kubewright/core'
import { immutableField } from '../../status/index.ts'
import { type Fields, fieldsAt, fill, listAt, optionalFields } from '../fields.ts'
import { defaultStrategy, type Strategy, textAt } from '../strategy.ts'

const specOf = (object: DynamicObject): unknown => (object as Fields)['spec']

/** What a claim asks for stays as it is: who wants something else makes another claim. */
const fixedSpec = (object: DynamicObject, old: DynamicObject): readonly StatusCause[] =>
  deepEqual(specOf(object), specOf(old)) ? [] : [immutableField('spec', specOf(object))]

function defaultRequests(spec: Fields): void {
  for (const request of listAt(fieldsAt(spec, 'devices'), 'requests')) {
    const exactly = optionalFields(request, 'exactly')
    for (const asked of [...(exactly === undefined ? [] : [exactly]), ...listAt(request, 'firstAvailable')]) {
      fill(asked, { allocationMode: 'ExactCount' })
      if (asked['allocationMode'] === 'ExactCount') fill(asked, { count: 1 })
    }
  }
}

export const deviceClasses: Strategy = { ...defaultStrategy, generation: true }

export const resourceClaims: Strategy = {
  ...defaultStrategy,
  statusSeparated: true,
  defaults: (draft) => defaultRequests(fieldsAt(draft, 'spec')),
  validateUpdate: fixedSpec,
}

export const resourceClaimTemplates: Strategy = {
  ...defaultStrategy,
  defaults: (draft) => defaultRequests(fieldsAt(fieldsAt(draft, 'spec'), 'spec')),
  validateUpdate: fixedSpec,
}

export const resourceSlices: Strategy = {
  ...defaultStrategy,
  generation: true,
  selectable: { 'spec.driver': textAt('spec', 'driver'), 'spec.nodeName': textAt('spec', 'nodeName') },
}
