import { describe, expect, test } from 'vitest'
import type { SchemaRule, StructuralSchema } from '../schema/structural-schema.ts'
import { checkSchemaRules, compileSchemaRules } from './schema-rules.ts'

const rule = (text: string, more: Partial<SchemaRule> = {}): Pick<StructuralSchema, 'x-kubernetes-validations'> => ({
  'x-kubernetes-validations': [{ rule: text, ...more }],
})
const TEXTS: StructuralSchema = { type: 'array', items: { type: 'string' } }

describe('what kube-apiserver takes is taken', () => {
  test.each<[string, StructuralSchema]>([
    ['a rule at the root', { type: 'object', ...rule('self.metadata.name.size() < 20') }],
    ['a transition rule', { type: 'object', properties: { a: { type: 'string', maxLength: 9, ...rule('self == oldSelf') } } }],
    ['an optional old self', { type: 'object', ...rule('!oldSelf.hasValue()', { optionalOldSelf: true }) }],
    [
      'a message',
      {
        type: 'object',
        properties: { a: { type: 'integer' } },
        ...rule('self.a > 0', { messageExpression: '"a is %d".format([self.a])' }),
      },
    ],
    [
      'a cheap rule under a limited list',
      {
        type: 'object',
        properties: { l: { type: 'array', maxItems: 100, items: { type: 'string', maxLength: 50, ...rule('self.contains("a")') } } },
      },
    ],
  ])('%s', (_, schema) => {
    expect(checkSchemaRules(schema)).toEqual([])
  })
})

describe('what kube-apiserver refuses is refused, in its words', () => {
  test.each<[string, StructuralSchema, string, string]>([
    [
      'a field that is not there',
      { type: 'object', ...rule('self.a') },
      'openAPIV3Schema.x-kubernetes-validations[0].rule',
      "compilation failed: ERROR: <input>:1:5: undefined field 'a'\n | self.a\n | ....^",
    ],
    [
      'no truth value',
      { type: 'object', ...rule('1') },
      'openAPIV3Schema.x-kubernetes-validations[0].rule',
      'cel expression must evaluate to a bool',
    ],
    [
      'a constant that is no number',
      { type: 'object', ...rule('int("x") > 0') },
      'openAPIV3Schema.x-kubernetes-validations[0].rule',
      "program instantiation failed: type conversion error from 'string' to 'int'",
    ],
    [
      'a message that is no text',
      { type: 'object', ...rule('true', { messageExpression: '1' }) },
      'openAPIV3Schema.x-kubernetes-validations[0].messageExpression',
      'messageExpression must evaluate to a string',
    ],
    [
      'an optional old self that is not used',
      { type: 'object', ...rule('true', { optionalOldSelf: true }) },
      'openAPIV3Schema.x-kubernetes-validations[0].optionalOldSelf',
      'may not be set if oldSelf is not used in rule',
    ],
  ])('%s', (_, schema, field, detail) => {
    expect(checkSchemaRules(schema)).toEqual([{ field, reason: 'Invalid', detail }])
  })

  test('the old one of a part that cannot be told from others is refused', () => {
    const items = (type: string): StructuralSchema => ({
      type: 'array',
      'x-kubernetes-list-type': type,
      'x-kubernetes-list-map-keys': ['n'],
      maxItems: 3,
      items: { type: 'object', required: ['n'], properties: { n: { type: 'string', maxLength: 3, ...rule('self == oldSelf') } } },
    })
    expect(checkSchemaRules({ type: 'object', properties: { l: items('map') } })).toEqual([])
    expect(checkSchemaRules({ type: 'object', properties: { l: items('atomic') } })[0]?.detail).toBe(
      'oldSelf cannot be used on the uncorrelatable portion of the schema within openAPIV3Schema.properties[l]',
    )
  })

  test('a message that may cost too much is refused, though its rule be cheap', () => {
    const schema: StructuralSchema = {
      type: 'object',
      properties: { a: { type: 'integer' } },
      ...rule('self.a > 0', { messageExpression: '"a is " + string(self.a)' }),
    }
    const [message, contributed] = checkSchemaRules(schema)
    expect(message!.detail).toContain('estimated messageExpression cost exceeds budget by factor of more than 100x')
    expect(contributed!.field).toBe('openAPIV3Schema.x-kubernetes-validations[0].messageExpression')
  })

  test('a rule where rules see nothing is refused', () => {
    const schema: StructuralSchema = {
      type: 'object',
      properties: { p: { 'x-kubernetes-preserve-unknown-fields': true, ...rule('true') } },
    }
    expect(checkSchemaRules(schema)[0]?.detail).toContain('no type that rules can see')
  })

  test('a walk over texts without limits costs too much, and so does the schema', () => {
    const schema: StructuralSchema = { type: 'object', properties: { l: { ...TEXTS, ...rule('self.all(x, self.exists(y, x == y))') } } }
    const [one, contributed, whole] = checkSchemaRules(schema)
    expect(one).toMatchObject({ field: 'openAPIV3Schema.properties[l].x-kubernetes-validations[0].rule', reason: 'Forbidden' })
    expect(one!.detail).toContain('estimated rule cost exceeds budget by factor of more than 100x')
    expect(contributed!.detail).toBe('contributed to estimated rule cost total exceeding cost limit for entire OpenAPIv3 schema')
    expect(whole).toMatchObject({ field: 'openAPIV3Schema', reason: 'Forbidden' })
  })

  test('a rule is reckoned as often as its part may occur: by the limits above, else by what a request can hold', () => {
    const under = (list: StructuralSchema): number => {
      const items: StructuralSchema = { type: 'integer', ...rule('self > 0') }
      return compileSchemaRules({ type: 'object', properties: { l: { ...list, type: 'array', items } } })[0]!.cost
    }
    expect(under({ maxItems: 10 })).toBe(20)
    // 3 MiB of digits and commas.
    expect(under({})).toBe(2 * ((3 * 1024 * 1024) / 2))
  })
})
