import { ConfigurationError } from '@kubewright/core'

/** The command line itself is at fault: exit code 2. */
export class UsageError extends ConfigurationError {
  constructor(message: string, options: { readonly cause?: unknown } = {}) {
    super(message, { ...options, code: 'KW-USAGE' })
  }
}
