import { BOOL } from '@kubewright/cel'
import type { CelEngine } from './cel-engine.ts'
import { compileExpression } from './expression.ts'

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
  const compiled = compileExpression(expression, {}, [BOOL])
  if (compiled.is === 'invalid') return compiled
  const { program } = compiled
  return {
    is: 'compiled',
    // Conditions of webhooks may name the Namespace, and see none.
    evaluate: (variables) => program.evaluate({ ...variables, namespaceObject: null }).value === true,
  }
}
