import { messageOf } from 'kubewright'

/** What fails in reading a field says which field. */
export function within<R>(field: string, read: () => R): R {
  try {
    return read()
  } catch (error) {
    const message = messageOf(error)
    throw new Error(message.startsWith(field) ? message : `${field}: ${message}`, { cause: error })
  }
}
