// Everything that has an entry: errors of all packages, and the reasons of operators. The entries are apart from the packages, so that an error is told
// without loading the library.
import { celErrors } from '@kubewright/cel/explained-errors'
import { clientErrors } from '@kubewright/client/explained-errors'
import { coreErrors, type ErrorCode, type ExplainedError, type Explanation, explanationOf } from '@kubewright/core'
import { runtimeErrors, runtimeReasons } from '@kubewright/runtime/explained-errors'
import { schemaErrors } from '@kubewright/schema/explained-errors'
import { webhookErrors } from '@kubewright/webhook/explained-errors'
import type { OperatorDefinition } from '../operator.ts'
import { commandErrors, UNEXPECTED } from './command-errors.ts'

/** In the order in which they are looked at: `KW-UNEXPECTED`, which is about any error, is the last of its class. */
export const ERRORS: readonly ExplainedError[] = [
  ...coreErrors,
  ...clientErrors,
  ...schemaErrors,
  ...runtimeErrors,
  ...webhookErrors,
  ...celErrors,
  ...commandErrors,
]

/** The code that is printed with an error. */
export const codeOf = (error: unknown): ErrorCode => explanationOf(error, ERRORS)?.code ?? UNEXPECTED

/** Something that can be asked for by its name. */
export interface Entry extends Explanation {
  /** What is printed with an error, or stands in a condition or event. */
  readonly code: string
  /** The error's class, or whose reason it is. */
  readonly of: string
}

/** Whose the reasons are that the runtime gives in the name of any operator. */
export const ANY_OPERATOR = 'every operator'

export const errorEntries: readonly Entry[] = ERRORS.map(({ code, error, cause, mend }) => entry(code, error, { cause, mend }))

export const runtimeEntries: readonly Entry[] = reasonEntries(ANY_OPERATOR, runtimeReasons)

export function operatorEntries({ name, reasons = {} }: Pick<OperatorDefinition, 'name' | 'reasons'>): readonly Entry[] {
  return reasonEntries(name, reasons)
}

function reasonEntries(of: string, reasons: Readonly<Record<string, Explanation>>): readonly Entry[] {
  return Object.entries(reasons).map(([reason, explanation]) => entry(reason, of, explanation))
}

function entry(code: string, of: string, { cause, mend }: { readonly cause: string; readonly mend?: string | undefined }): Entry {
  return { code, of, cause, ...(mend !== undefined && { mend }) }
}
