import { UsageError } from '../usage-error.ts'

/** A TCP port from a flag. @throws UsageError naming the flag */
export function parsePort(flag: string, text: string): number {
  const port = Number(text)
  if (!/^\d{1,5}$/.test(text) || port > 65535)
    throw new UsageError(`${flag}: "${text}" is no port: give a number from 0 (any free one) to 65535`)
  return port
}
