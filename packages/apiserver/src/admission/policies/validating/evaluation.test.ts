import { describe, expect, test } from 'vitest'
import { alwaysAllow } from '../../../authz/authorizer.ts'
import { accessBindings } from '../../access-bindings.ts'
import type { ValidatingPolicySpec } from '../policy.ts'
import { compilePolicy } from './compiled-policy.ts'
import { evaluatePolicy } from './evaluation.ts'

const ACCESS = accessBindings(
  alwaysAllow,
  { name: 'ann', groups: [] },
  { group: '', resource: 'configmaps', subresource: '', namespace: '', name: '' },
)
const MATCH = { matchPolicy: 'Equivalent' } as const

/** What a policy of these parts says of an object. */
function judged(spec: Partial<ValidatingPolicySpec>, object: object = {}, ignoresFailures = false) {
  const { policy, problems } = compilePolicy({ matchConstraints: MATCH, failurePolicy: 'Fail', ...spec })
  expect(problems).toEqual([])
  return evaluatePolicy(policy, { ...ACCESS, object, oldObject: null, request: {}, namespaceObject: null, params: null }, ignoresFailures)
}

const messages = (...args: Parameters<typeof judged>) => judged(...args).denials.map(({ message }) => message)

/** Looking through a text costs a tenth of its length: dear by the books, and quick. */
const text = (length: number) => ({ text: 'a'.repeat(length) })
const DEAR = "!object.text.contains('b')"
/** More than one expression may cost. */
const LARGE = text(20_000_000)
/** Some 900,000, where one may cost a million, and all ten. */
const HALF = text(9_000_000)

describe('validations', () => {
  test('are all judged, and each denial knows its place', () => {
    const validations = [{ expression: 'false', message: 'a' }, { expression: 'true' }, { expression: 'false', message: 'c' }]
    expect(judged({ validations }).denials).toEqual([
      { message: 'a', reason: 'Invalid', index: 0 },
      { message: 'c', reason: 'Invalid', index: 2 },
    ])
  })

  test('one that costs too much is a failure, and the next is judged', () => {
    expect(messages({ validations: [{ expression: DEAR }, { expression: 'false', message: 'no' }] }, LARGE)).toEqual([
      `expression '${DEAR}' resulted in error: operation cancelled: actual cost limit exceeded`,
      'no',
    ])
  })

  test('that cost too much together end with the budget', () => {
    const validations = Array.from({ length: 30 }, () => ({ expression: DEAR }))
    expect(messages({ validations }, HALF)).toEqual([
      'validation failed due to running out of cost budget, no further validation rules will be run',
    ])
    expect(messages({ validations }, HALF, true)).toEqual([])
  })
})

describe('variables', () => {
  test('cost once, however often they are asked for', () => {
    const variables = [{ name: 'dear', expression: DEAR }]
    const validations = Array.from({ length: 30 }, () => ({ expression: 'variables.dear' }))
    expect(messages({ variables, validations }, HALF)).toEqual([])
  })

  test('that nobody asks for are not evaluated', () => {
    expect(messages({ variables: [{ name: 'broken', expression: 'object.absent' }], validations: [{ expression: 'true' }] })).toEqual([])
  })

  test('may be named like what every JavaScript object has', () => {
    const variables = [{ name: 'constructor', expression: "'mine'" }]
    expect(messages({ variables, validations: [{ expression: "variables.constructor == 'mine'" }] })).toEqual([])
  })
})

describe('audit annotations', () => {
  const annotation = (valueExpression: string) => [{ key: 'k', valueExpression }]

  test('are texts without what is around them; empty and null are none', () => {
    expect(judged({ auditAnnotations: annotation("'  a  '") }).annotations).toEqual([{ key: 'k', value: 'a' }])
    expect(judged({ auditAnnotations: annotation("' '") }).annotations).toEqual([])
    expect(judged({ auditAnnotations: annotation('null') }).annotations).toEqual([])
  })

  test('that cannot be made deny whatever the actions are, unless failures are ignored', () => {
    const auditAnnotations = annotation('string(object.absent)')
    const message = "expression 'string(object.absent)' resulted in error: no such key: absent"
    expect(judged({ auditAnnotations })).toMatchObject({ denials: [], annotations: [], failures: [{ message }] })
    expect(judged({ auditAnnotations }, {}, true).failures).toEqual([])
  })
})

describe('match conditions', () => {
  test('one that does not hold settles it, though another fails', () => {
    const matchConditions = [
      { name: 'failing', expression: 'object.absent == 1' },
      { name: 'not', expression: 'false' },
    ]
    expect(messages({ matchConditions, validations: [{ expression: 'false' }] })).toEqual([])
  })

  test('all that fail are told', () => {
    const matchConditions = ['a', 'b'].map((name) => ({ name, expression: `object.${name} == 1` }))
    expect(messages({ matchConditions, validations: [{ expression: 'true' }] })).toEqual([
      "[expression 'object.a == 1' resulted in error: no such key: a, expression 'object.b == 1' resulted in error: no such key: b]",
    ])
  })

  test('that cost too much together end with their own budget, whatever they come to', () => {
    // Each some 900,000, where all conditions together may cost 2.5 million.
    const matchConditions = ['a', 'b', 'c'].map((name) => ({ name, expression: DEAR }))
    const exhausted = 'validation failed due to running out of cost budget, no further validation rules will be run'
    expect(messages({ matchConditions, validations: [{ expression: 'true' }] }, HALF)).toEqual([exhausted])
    expect(messages({ matchConditions, validations: [{ expression: 'false' }] }, HALF, true)).toEqual([])
    expect(messages({ matchConditions: matchConditions.slice(1), validations: [{ expression: 'true' }] }, HALF)).toEqual([])
  })
})
