// The cloud's API as the operator sees it. A failure is thrown: the operator is called again, later and later.
import { TerminalError } from 'kubewright'
import type { Database } from './cloud.ts'

export interface CloudClient {
  /** By the tag that it was ordered with. */
  find(tag: string, signal: AbortSignal): Promise<Database | undefined>
  /** With the tag as the key, an order whose answer was lost is the same order when it is sent again. */
  order(tag: string, size: number, signal: AbortSignal): Promise<Database>
  resize(database: Database, size: number, signal: AbortSignal): Promise<Database>
  cancel(database: Database, signal: AbortSignal): Promise<void>
}

export function cloudAt(url: string): CloudClient {
  async function call<Answer>(method: string, path: string, signal: AbortSignal, body?: object, key?: string): Promise<Answer> {
    const answer = await fetch(`${url}${path}`, {
      method,
      // A connection that hangs is a failure like others.
      signal: AbortSignal.any([signal, AbortSignal.timeout(5_000)]),
      headers: { ...(key && { 'idempotency-key': key }) },
      ...(body && { body: JSON.stringify(body) }),
    })
    if (answer.ok) return (await answer.json()) as Answer
    const problem = `${method} ${path.split('?')[0]}: ${answer.status} ${(await answer.text()).slice(0, 200)}`
    // What is refused for what it says is refused again tomorrow; everything else may be better in a moment.
    throw answer.status === 400 || answer.status === 422 ? new TerminalError(problem) : new Error(problem)
  }
  return {
    find: async (tag, signal) => (await call<readonly Database[]>('GET', `/databases?tag=${tag}`, signal))[0],
    order: (tag, size, signal) => call('POST', '/databases', signal, { size, tag }, tag),
    resize: ({ id }, size, signal) => call('PUT', `/databases/${id}`, signal, { size }),
    cancel: ({ id }, signal) => call('DELETE', `/databases/${id}`, signal),
  }
}
