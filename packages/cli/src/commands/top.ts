import { readFile } from 'node:fs/promises'
import { messageOf, sleepOrAbort } from '@kubewright/core'
import type { Overview } from '@kubewright/dashboard'
import type { OutputFormat, Terminal } from '../terminal.ts'
import { UsageError } from '../usage-error.ts'
import { topText } from './top-text.ts'

export interface TopFlags {
  readonly tokenFile?: string
  readonly output: OutputFormat
}

/** The program takes a sample so often: between two there is nothing new. */
const PACE = 2_000
/** To the top left, and nothing below what is written next. */
const HOME = '\u001b[H\u001b[J'

/** Shows the overview of a dashboard until the program is asked to stop; once, where nobody looks at a terminal. @throws UsageError */
export async function top(address: string, { tokenFile, output }: TopFlags, terminal: Terminal): Promise<void> {
  if (!/^https?:/.test(address) || !URL.canParse(address)) throw new UsageError(`"${address}" is no URL: write http://127.0.0.1:8090`)
  const token = tokenFile === undefined ? undefined : (await readFile(tokenFile, 'utf8')).trim()
  const { stdout, signal } = terminal
  const look = () => overviewAt(new URL('/api/overview', address), token, signal)
  if (output === 'json') return void stdout.write(`${JSON.stringify(await look())}\n`)
  if (!stdout.isTTY) return void stdout.write(topText(await look(), Number.POSITIVE_INFINITY))
  while (!signal.aborted) {
    stdout.write(HOME + topText(await look(), stdout.columns ?? 80))
    await sleepOrAbort(PACE, { signal })
  }
}

async function overviewAt(url: URL, token: string | undefined, signal: AbortSignal): Promise<Overview> {
  const headers: Record<string, string> = token === undefined ? {} : { authorization: `Bearer ${token}` }
  const response = await fetch(url, { headers, signal }).catch((error: unknown) => {
    throw new UsageError(
      `${url.origin} does not answer: is it the address that the program printed? (${messageOf((error as Error).cause ?? error)})`,
    )
  })
  if (response.status === 401) throw new UsageError(`${url.origin} wants its token: give --token-file`)
  if (!response.ok) throw new UsageError(`${url.origin} answered ${response.status}: is a dashboard served there?`)
  return (await response.json()) as Overview
}
