import { BOOL, CelError, type CelProgram, compileCel, DYN, listOf, mapOf, objectType, printType, STRING } from '@kubewright/cel'
import type { CelEngine, CompiledCondition } from './cel-engine.ts'

const KIND = objectType('GroupVersionKind', { group: STRING, version: STRING, kind: STRING })
const RESOURCE = objectType('GroupVersionResource', { group: STRING, version: STRING, resource: STRING })
const USER = objectType('UserInfo', {
  username: STRING,
  uid: STRING,
  groups: listOf(STRING),
  extra: mapOf(STRING, listOf(STRING)),
})
const REQUEST = objectType('AdmissionRequest', {
  kind: KIND,
  resource: RESOURCE,
  subResource: STRING,
  requestKind: KIND,
  requestResource: RESOURCE,
  requestSubResource: STRING,
  name: STRING,
  namespace: STRING,
  operation: STRING,
  userInfo: USER,
  dryRun: BOOL,
  options: DYN,
})
const VARIABLES = { object: DYN, oldObject: DYN, request: REQUEST, authorizer: DYN }

/** Compiles match conditions as kube-apiserver does, with its texts. An expression is compiled once, however often configurations are read. */
export function matchConditionEngine(): CelEngine {
  const known = new Map<string, ReturnType<CelEngine['compile']>>()
  return {
    compile(expression) {
      const compiled = known.get(expression) ?? compile(expression)
      known.set(expression, compiled)
      return compiled
    },
  }
}

function compile(expression: string): ReturnType<CelEngine['compile']> {
  let program: CelProgram
  try {
    program = compileCel(expression, { variables: VARIABLES })
  } catch (error) {
    if (error instanceof CelError) return { is: 'invalid', problem: error.report }
    throw error
  }
  if (program.uses.has('authorizer'))
    return {
      is: 'invalid',
      problem: 'the embedded API server gives match conditions no authorizer yet: decide by userInfo, or in the webhook',
    }
  if (printType(program.type) !== 'bool') return { is: 'invalid', problem: `must evaluate to bool but got ${printType(program.type)}` }
  return condition(program)
}

const condition = (program: CelProgram): CompiledCondition => ({
  is: 'compiled',
  evaluate: ({ object, oldObject, request }) => program.evaluate({ object, oldObject, request }).value === true,
})
