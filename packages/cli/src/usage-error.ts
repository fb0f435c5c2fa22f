import { ConfigurationError, type ErrorCode } from '@kubewright/core'

/** The command line itself is at fault: exit code 2. */
export class UsageError extends ConfigurationError {
  constructor(message: string, options: { readonly cause?: unknown; readonly code?: ErrorCode } = {}) {
    super(message, { code: 'KW-USAGE', ...options })
  }
}
