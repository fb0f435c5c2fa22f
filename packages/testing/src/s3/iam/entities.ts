import type { Delayed } from '../delayed.ts'

export type KeyStatus = 'Active' | 'Inactive'

export interface AccessKey {
  readonly id: string
  readonly secret: string
  readonly accountId: string
  /** Undefined for a key of the account's root. */
  readonly user: User | undefined
  readonly createdAt: number
  status: KeyStatus
  /** What the check of signatures knows of it. */
  readonly known: Delayed<KeyStatus | 'absent'>
  lastUsed: { readonly at: number; readonly service: string; readonly region: string } | undefined
}

/** What can hold policies: users, groups, roles. */
export interface PolicyHolder {
  readonly inline: Map<string, string>
  /** ARNs. */
  readonly attached: Set<string>
}

interface Named {
  name: string
  readonly id: string
  path: string
  readonly createdAt: number
  /** Reads show it from then on: a directory that has not caught up answers NoSuchEntity. */
  readonly visibleAt: number
}

export interface User extends Named, PolicyHolder {
  readonly tags: Map<string, string>
  readonly keys: AccessKey[]
  readonly groups: Set<string>
  loginProfile: number | undefined
  /** The documents that count for it, as the check of rights knows them. */
  readonly rights: Delayed<readonly string[]>
}

export interface Group extends Named, PolicyHolder {}

export interface Role extends Named, PolicyHolder {
  readonly tags: Map<string, string>
  trust: string
  readonly description: string
  readonly longestSession: number
  readonly rights: Delayed<readonly string[]>
}

export interface PolicyVersion {
  /** v1, v2, …: never used again. */
  readonly id: string
  readonly document: string
  readonly createdAt: number
}

export interface ManagedPolicy extends Named {
  readonly arn: string
  readonly description: string
  readonly tags: Map<string, string>
  versions: readonly PolicyVersion[]
  defaultVersion: string
  lastVersion: number
  updatedAt: number
  /** AWS's own: nobody changes it. */
  readonly foreign: boolean
}

export const defaultDocument = ({ versions, defaultVersion }: ManagedPolicy): string =>
  versions.find(({ id }) => id === defaultVersion)?.document ?? ''

/** Who signed. */
export type Caller =
  | { readonly is: 'anonymous' }
  | { readonly is: 'root'; readonly accountId: string }
  | { readonly is: 'user'; readonly accountId: string; readonly user: User }
  | {
      readonly is: 'session'
      readonly accountId: string
      /** Of a role, or of a user who asked for a session token. */
      readonly of:
        | { readonly is: 'role'; readonly role: Role; readonly name: string }
        | { readonly is: 'user'; readonly user: User }
        | { readonly is: 'root' }
      /** Narrows the rights of the role. */
      readonly policy: string | undefined
    }
