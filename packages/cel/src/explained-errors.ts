import type { ExplainedError } from '@kubewright/core'

export const celErrors: readonly ExplainedError[] = [
  {
    code: 'KW-CEL',
    error: 'CelError',
    cause: 'A CEL expression is malformed, or does not fit the types of what it is about. The message shows the place.',
    mend: 'Correct it there. Optional fields want `has(...)` in front, and names with dashes or dots are escaped: `self.a__dash__b`.',
  },
  {
    code: 'KW-CEL-EVALUATION',
    error: 'CelEvaluationError',
    cause: 'A CEL expression failed on an object: a field that is not there, an overflow, or a value of another type.',
    mend: 'Ask `has(...)` before reading an optional field.',
  },
  {
    code: 'KW-CEL-BUDGET',
    error: 'CelBudgetError',
    cause: 'A CEL expression cost more on an object than Kubernetes allows.',
    mend: 'Bound lists and texts with maxItems and maxLength, and do not loop in a loop.',
  },
]
