import type { KubeObject } from '@kubewright/core'
import type { ControllerDefinition } from '@kubewright/runtime'
import type { OperatorDefinition } from './operator.ts'

// Any controller, whatever its kind's type: `never` objects go into every reconcile function.
type AnyController = ControllerDefinition<KubeObject & never> | ControllerDefinition

/**
 * A whole program in one call: reads the flags and variables of `kubewright run` (`--kubeconfig`, `--leader-elect`, …), connects, runs the
 * controllers until SIGINT or SIGTERM, and sets the exit code. For a program that needs more, build a manager with `createManager`.
 */
export async function run(...definitions: readonly (AnyController | OperatorDefinition)[]): Promise<void> {
  const { runProgram } = await import('./program/run-program.ts')
  await runProgram(definitions as readonly (ControllerDefinition | OperatorDefinition)[])
}
