import { describe, expect, test } from 'vitest'
import { costProblem, RULE_LIMIT } from './cost/limits.ts'
import { isCelError, isCelEvaluationError } from './errors.ts'
import recorded from './fixtures/kube-apiserver.json' with { type: 'json' }
import { compileCel } from './program.ts'
import { celTypeOf } from './schema/schema-type.ts'
import type { StructuralSchema } from './schema/structural-schema.ts'

// What a kube-apiserver said (see ../record) is what is said here, word for word.
const self = celTypeOf(recorded.schema as StructuralSchema, { root: true })!
const variables = { self, oldSelf: self }
const object = { ...recorded.object, apiVersion: 'cel.kubewright.dev/v1', kind: 'Probe', metadata: { name: 'probe' } }

/** Where the answers differ, and why that is so. */
const DIFFERENT: Readonly<Record<string, string>> = {
  'google.protobuf.Timestamp{seconds: 1}': 'messages of protobuf cannot be made: such an expression is refused',
  in: 'after a syntax error the parser does not look for more of them',
}

function answer(expression: string): unknown {
  try {
    const program = compileCel(expression, { variables })
    // A newline, because an expression may end in a comment.
    const rule = compileCel(`[${expression}\n].size() == 0`, { variables })
    if (rule.estimateCost().max > RULE_LIMIT) return { costly: true }
    program.evaluate({ self: object })
  } catch (error) {
    if (isCelError(error)) return { refused: error.report }
    if (isCelEvaluationError(error)) return { fails: error.message }
    throw error
  }
  try {
    return { value: compileCel(`"%s".format([${expression}\n])`, { variables }).evaluate({ self: object }).value }
  } catch (error) {
    if (isCelError(error) || isCelEvaluationError(error)) return { unprintable: true }
    throw error
  }
}

describe(`as kube-apiserver ${recorded.version}`, () => {
  const same = Object.entries(recorded.expressions).filter(([expression]) => !Object.hasOwn(DIFFERENT, expression))

  test.each(same)('%s', (expression, said) => {
    expect(answer(expression)).toEqual(said)
  })

  test.each(Object.entries(DIFFERENT))('%s differs: %s', (expression) => {
    const said: unknown = (recorded.expressions as Readonly<Record<string, unknown>>)[expression]
    expect(said).toBeDefined()
    expect(answer(expression)).not.toEqual(said)
  })

  // Each rule was put where it may occur so often that it is too expensive: the server's factor tells the estimate to six digits.
  test.each(Object.entries(recorded.costs))('the estimate of %s', (rule, { times, factor }) => {
    const cost = compileCel(rule, { variables }).estimateCost().max * times
    expect(costProblem('estimated rule cost', cost, RULE_LIMIT)).toContain(`by factor of ${factor} (`)
  })
})
