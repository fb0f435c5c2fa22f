// What a kube-apiserver v1.36.3 answered, recorded: the same questions must get the same answers, to the letter.

import { readFileSync } from 'node:fs'
import type { StatusCause } from '@kubewright/core'
import { describe, expect, test } from 'vitest'
import { checkStructural, compileSchema, type Json, type JsonMap, type Schema } from './index.ts'

function fixture<T>(name: string): T {
  return JSON.parse(readFileSync(new URL(`fixtures/${name}.json`, import.meta.url), 'utf8')) as T
}

/** Go walks maps in random order, so the order of errors says nothing. */
const sorted = (causes: readonly StatusCause[]) => causes.map(({ reason, field, message }) => `${field} [${reason}] ${message}`).sort()

describe('an object of a custom kind is refused with the words of the real server', () => {
  const { schemas, answers } = fixture<{
    schemas: Record<string, Schema>
    answers: { schema: string; value: Json; causes: StatusCause[] }[]
  }>('validation')
  const compiled = compileSchema({ type: 'object', properties: { spec: { type: 'object', properties: schemas } } })

  test.each(answers.map((answer) => [answer.schema, JSON.stringify(answer.value).slice(0, 60), answer] as const))(
    '%s %s',
    (_schema, _value, answer) => {
      const object = { apiVersion: 't.dev/v1', kind: 'Case', metadata: { name: 'x' }, spec: { [answer.schema]: answer.value } }
      const stored = compiled.applyDefaults(compiled.prune(object))
      expect(sorted(compiled.validate(stored))).toEqual(sorted(answer.causes))
    },
  )
})

describe('unknown fields go and defaults come as on the real server', () => {
  const { schema, answers } = fixture<{ schema: Schema; answers: { value: JsonMap; result?: JsonMap; unknown: string[] }[] }>('pruning')
  const compiled = compileSchema(schema)

  test.each(answers.map((answer) => [JSON.stringify(answer.value), answer] as const))('%s', (_value, { value, result, unknown }) => {
    const object = { apiVersion: 't.dev/v1', kind: 'Prune', metadata: { name: 'x' }, ...value }
    expect(compiled.unknownFields(object)).toEqual(unknown)
    if (result === undefined) return
    const {
      apiVersion: _apiVersion,
      kind: _kind,
      metadata: _metadata,
      ...stored
    } = compiled.applyDefaults(compiled.prune(object)) as JsonMap
    expect(stored).toEqual(result)
  })
})

describe('an update is forgiven what it leaves alone, as on the real server', () => {
  const { schema, old, answers } = fixture<{ schema: Schema; old: JsonMap; answers: { spec: JsonMap; causes: StatusCause[] }[] }>(
    'ratcheting',
  )
  const compiled = compileSchema(schema)

  test.each(answers.map((answer) => [JSON.stringify(answer.spec), answer] as const))('%s', (_spec, { spec, causes }) => {
    expect(sorted(compiled.validate({ spec }, { spec: old }))).toEqual(sorted(causes))
  })

  test('without an old object nothing is forgiven', () => {
    expect(compiled.validate({ spec: old }).length).toBeGreaterThan(5)
  })
})

describe('a schema is refused with the words of the real server', () => {
  const { answers } = fixture<{ answers: Record<string, { schema: Schema; causes: StatusCause[] }> }>('structural')

  test.each(Object.entries(answers))('%s', (_name, { schema, causes }) => {
    expect(sorted(checkStructural(schema, 'spec.validation.openAPIV3Schema'))).toEqual(sorted(causes))
  })
})
