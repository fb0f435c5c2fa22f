import type { ExplainedError } from '@kubewright/core'

export const webhookErrors: readonly ExplainedError[] = [
  {
    code: 'KW-DENIED',
    error: 'DeniedError',
    cause: 'A webhook of an operator refuses the object; the message says why.',
    mend: 'Change the object as the message says.',
  },
  {
    code: 'KW-WEBHOOK-DEADLINE',
    error: 'DeadlineError',
    cause: 'A hook took longer than the API server waits for it (`timeoutSeconds` of the webhook).',
    mend: 'Do less in the hook: read from the cache instead of the server, and call nothing outside of the cluster.',
  },
  {
    code: 'KW-WEBHOOK-REQUEST',
    error: 'RequestError',
    cause: 'A request to the webhook server cannot be answered: its path, method, size or content is wrong.',
    mend: 'Only the API server calls webhooks. When it is the one, the webhook configuration is of another version: apply that of this one.',
  },
  {
    code: 'KW-MALFORMED-REVIEW',
    error: 'MalformedReviewError',
    cause: 'What came to a webhook is no AdmissionReview or ConversionReview of version v1.',
    mend: 'Have `admissionReviewVersions` (or `conversionReviewVersions`) say v1; the manifests of `kubewright manifests` do.',
  },
]
