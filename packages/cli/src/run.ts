import type { GroupVersionKind, KubeObject } from '@kubewright/core'
import type { ControllerDefinition, Registry } from '@kubewright/runtime'
import type { ConversionDefinition, WebhookDefinition } from '@kubewright/webhook'
import type { OperatorDefinition } from './operator.ts'
import { declared } from './program/declared.ts'

// Any controller, whatever its kind's type: `never` objects go into every reconcile function.
type AnyController = ControllerDefinition<KubeObject & never> | ControllerDefinition

/** What a program is made of. */
type ProgramPart = AnyController | OperatorDefinition | WebhookDefinition | ConversionDefinition | Registry

/** The part as it is, or the sentence that an editor shows for what is none. */
type CheckedPart<Part> = Part extends ProgramPart
  ? Part
  : Part extends GroupVersionKind
    ? 'a kind alone has nothing to do: give controller(KIND, { reconcile })'
    : ProgramPart

/**
 * A whole program in one call: reads the flags and variables of `kubewright run` (`--kubeconfig`, `--leader-elect`, …), connects, runs the
 * controllers and serves the webhooks until SIGINT or SIGTERM, and sets the exit code. A registry holds metrics of the program's own, and becomes that
 * of the runtime's too. For a program that needs more, build a manager with `createManager`.
 * While `kubewright generate` loads the module it only says what it would run.
 */
export async function run<const Parts extends readonly unknown[]>(
  ...definitions: { readonly [At in keyof Parts]: CheckedPart<Parts[At]> }
): Promise<void> {
  if (declared.hasSubscribers) return declared.publish({ definitions })
  const { runProgram } = await import('./program/run-program.ts')
  await runProgram(definitions as Parameters<typeof runProgram>[0])
}
