import { ConfigurationError, messageOf } from '@kubewright/core'
import { UsageError } from '../usage-error.ts'

/** A TCP port from a flag. @throws UsageError naming the flag */
export function parsePort(flag: string, text: string): number {
  const port = Number(text)
  if (!/^\d{1,5}$/.test(text) || port > 65535)
    throw new UsageError(`${flag}: "${text}" is no port: give a number from 0 (any free one) to 65535`)
  return port
}

/** Starts what listens on the ports of a flag. @throws ConfigurationError for a port that is taken, or may not be listened on */
export async function listening<T>(flag: string, start: () => Promise<T>): Promise<T> {
  try {
    return await start()
  } catch (error) {
    const { syscall, code, port } = error as NodeJS.ErrnoException & { readonly port?: number }
    if (syscall !== 'listen') throw error
    const why = code === 'EADDRINUSE' ? 'is in use by another program' : `cannot be listened on (${messageOf(error)})`
    throw new ConfigurationError(`${flag}: port ${port} ${why}: choose another one, or 0 for a free one`, {
      cause: error,
      code: 'KW-LISTEN',
    })
  }
}
