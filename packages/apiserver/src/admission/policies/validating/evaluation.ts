import { OBJECT_LIMIT } from '@kubewright/cel'
import { conditionsHold, Evaluation, ExhaustedError, type PolicyBindings } from '../expression-evaluation.ts'
import type { CompiledPolicy, CompiledValidation } from './compiled-policy.ts'

/** What one policy says of one write under one set of parameters. */
export interface PolicyVerdict {
  readonly denials: readonly Denial[]
  /** For the audit log. */
  readonly annotations: readonly { readonly key: string; readonly value: string }[]
  /** Denials that come whatever the binding's actions are. */
  readonly failures: readonly Denial[]
}

export interface Denial {
  readonly message: string
  /** A reason of Status. */
  readonly reason: string
  /** Of the validation among those of the policy. */
  readonly index: number
}

/** kube-apiserver's; a longer one is not told. */
const LONGEST_MESSAGE = 5 * 1024

const NOTHING: PolicyVerdict = { denials: [], annotations: [], failures: [] }

/** Judges as kube-apiserver does, with its texts and under its budgets. What cannot be evaluated denies, unless `ignoresFailures`. */
export function evaluatePolicy(policy: CompiledPolicy, bindings: PolicyBindings, ignoresFailures: boolean): PolicyVerdict {
  const failed = (message: string, index = 0): readonly Denial[] => (ignoresFailures ? [] : [{ message, reason: 'Invalid', index }])
  try {
    const matching = conditionsHold(policy.conditions, bindings)
    if (matching.is === 'failed') return { ...NOTHING, denials: failed(matching.message) }
    if (matching.value !== true) return NOTHING
    const evaluation = new Evaluation(bindings, OBJECT_LIMIT, policy.variables)
    // Messages, and the variables that they use, are made without the authorizer: none is asked twice.
    const { authorizer: _authorizer, 'authorizer.requestResource': _check, ...known } = bindings
    const telling = new Evaluation(known, OBJECT_LIMIT, policy.variables)
    const denials = policy.validations.flatMap((validation, index): readonly Denial[] => {
      const outcome = evaluation.evaluate(validation)
      if (outcome.is === 'failed') return failed(outcome.message, index)
      return outcome.value === true ? [] : [{ message: messageOf(validation, telling), reason: validation.reason, index }]
    })
    const audit = new Evaluation(bindings, OBJECT_LIMIT, policy.variables)
    const annotations: { readonly key: string; readonly value: string }[] = []
    const failures: Denial[] = []
    for (const annotation of policy.annotations) {
      const outcome = audit.evaluate(annotation)
      if (outcome.is === 'failed') failures.push(...failed(outcome.message))
      else if (typeof outcome.value === 'string' && outcome.value.trim() !== '')
        annotations.push({ key: annotation.key, value: outcome.value.trim() })
    }
    return { denials, annotations, failures }
  } catch (error) {
    if (!(error instanceof ExhaustedError)) throw error
    return { ...NOTHING, denials: failed(error.message) }
  }
}

/** @throws ExhaustedError */
function messageOf({ text, message = '', messageExpression }: CompiledValidation, evaluation: Evaluation): string {
  const outcome = messageExpression && evaluation.evaluate(messageExpression)
  const made = outcome?.is === 'value' ? String(outcome.value).trim() : ''
  const isFit = made !== '' && made.length <= LONGEST_MESSAGE && !made.includes('\n')
  return (isFit ? made : message.trim()) || `failed expression: ${text.trim()}`
}
