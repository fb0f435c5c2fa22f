import { ConfigurationError } from '@kubewright/core'

/** A kubeconfig is not there, or is wrong. The message names the file, the field and the mend. */
export class KubeconfigError extends ConfigurationError {
  constructor(message: string, options: { readonly cause?: unknown } = {}) {
    super(message, { ...options, code: 'KW-KUBECONFIG' })
  }
}
