import type { ExplainedError } from '@kubewright/core'

export const schemaErrors: readonly ExplainedError[] = [
  {
    code: 'KW-DEFINITION',
    error: 'DefinitionError',
    cause:
      'A kind or an operator cannot be defined like this: an API server could not hold to it, or a part is missing. The message names the field.',
    mend: 'Write the field as the message says. It is told at the start of the program, before any object is read.',
  },
  {
    code: 'KW-INVALID-OBJECT',
    error: 'InvalidObjectError',
    cause: 'An object does not fit the kind that it is of. Each field is named; values are not, as they may be secret.',
    mend: 'Correct the fields. An object that the server took and the program does not is of an older schema: apply the CRDs of this version.',
  },
  {
    code: 'KW-CONVERSION',
    error: 'ConversionError',
    cause: 'An object cannot be expressed in another version of its kind.',
    mend: 'Change the field that is named, or the converter: `lossless()` keeps what a version does not know in an annotation.',
  },
]
