/** What an earlier answer of the same scenario said, by the id of its request: each server's own uids and versions go into what it is asked next. */
// biome-ignore lint/suspicious/noExplicitAny: whatever that server said
export type Earlier = (id: string) => any

/** One request, sent to both servers. */
export interface Exchange {
  /** Within its scenario. */
  readonly id: string
  readonly method: string
  readonly path: string | ((earlier: Earlier) => string)
  /** A text is sent as it is, anything else as JSON. */
  readonly body?: unknown
  readonly headers?: Readonly<Record<string, string>>
  /** A watch: how many lines are read before it is left. */
  readonly lines?: number
  /** What somebody behind the API has yet to do: asked again until the answer says so. */
  readonly until?: (body: unknown) => boolean
}

/** Requests in their order, with a namespace of their own, `d-` and the name. */
export interface Scenario {
  readonly area: string
  readonly name: string
  readonly exchanges: readonly Exchange[]
}

export const namespaceOf = (name: string): string => `d-${name}`

export const MERGE = 'application/merge-patch+json'
export const STRATEGIC = 'application/strategic-merge-patch+json'
export const JSON_PATCH = 'application/json-patch+json'
export const APPLY = 'application/apply-patch+yaml'

type Path = Exchange['path']
type More = Pick<Exchange, 'headers' | 'lines'>

export const get = (id: string, path: Path, headers: Readonly<Record<string, string>> = {}): Exchange => ({
  id,
  method: 'GET',
  path,
  headers,
})
export const post = (id: string, path: Path, body: unknown, more: More = {}): Exchange => ({ id, method: 'POST', path, body, ...more })
export const put = (id: string, path: Path, body: unknown, more: More = {}): Exchange => ({ id, method: 'PUT', path, body, ...more })
export const remove = (id: string, path: Path, body?: unknown): Exchange => ({ id, method: 'DELETE', path, body })
export const patch = (id: string, path: Path, type: string, body: unknown): Exchange => ({
  id,
  method: 'PATCH',
  path,
  body,
  headers: { 'content-type': type },
})
export const apply = (id: string, path: string, manager: string, body: unknown, force = false): Exchange =>
  patch(id, `${path}${path.includes('?') ? '&' : '?'}fieldManager=${manager}${force ? '&force=true' : ''}`, APPLY, body)
