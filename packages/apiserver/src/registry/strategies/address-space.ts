import { isIP } from 'node:net'
import { type DynamicObject, deepEqual, type StatusCause } from '@kubewright/core'
import { immutableField, invalidValue, requiredValue } from '../../status/index.ts'
import { type Fields, optionalFields } from '../fields.ts'
import { defaultStrategy, type Strategy } from '../strategy.ts'

const specOf = (object: DynamicObject): Fields => optionalFields(object as Fields, 'spec') ?? {}

export const serviceRanges: Strategy = {
  ...defaultStrategy,
  statusSeparated: true,
  validate: (object) => validateRanges(specOf(object)['cidrs']),
}

const NOT_A_RANGE = 'must be a valid address in CIDR form, (e.g. 10.9.8.0/24 or 2001:db8::/64)'

function validateRanges(given: unknown): readonly StatusCause[] {
  const ranges = Array.isArray(given) ? given.map(String) : []
  if (ranges.length === 0) return [requiredValue('spec.cidrs', 'at least one CIDR required')]
  return ranges.flatMap((range, index) => (isRange(range) ? [] : [invalidValue(`spec.cidrs[${index}]`, range, NOT_A_RANGE)]))
}

function isRange(text: string): boolean {
  const [address = '', bits = ''] = text.split('/')
  const family = isIP(address)
  return family !== 0 && /^\d+$/.test(bits) && Number(bits) <= (family === 4 ? 32 : 128)
}

/** The name of one is the address it stands for. */
export const addresses: Strategy = {
  ...defaultStrategy,
  name: (name) => (isIP(name) === 0 ? ['must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)'] : []),
  validate: (object) => (optionalFields(specOf(object), 'parentRef') === undefined ? [requiredValue('spec.parentRef')] : []),
  validateUpdate(object, old) {
    const [after, before] = [specOf(object)['parentRef'], specOf(old)['parentRef']]
    return deepEqual(after, before) ? [] : [immutableField('spec.parentRef', after)]
  },
}
