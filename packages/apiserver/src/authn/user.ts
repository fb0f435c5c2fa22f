/** Who makes a request. */
export interface User {
  readonly name: string
  readonly uid?: string
  readonly groups: readonly string[]
  readonly extra?: Readonly<Record<string, readonly string[]>>
}

/** Everyone who has proved an identity is in it; the real server adds it too. */
export const AUTHENTICATED = 'system:authenticated'

/** The group that may do everything. */
export const MASTERS = 'system:masters'
