// What IAM answers, in our words.

export interface RemoteUser {
  readonly name: string
  readonly arn: string
  /** Empty where the server has none. */
  readonly id: string
  /** ms since the epoch; some servers do not say. */
  readonly createdAt: number | undefined
}

export interface RemotePolicy {
  readonly arn: string
  /** The default one. */
  readonly version: string
  /** ms since the epoch; some servers do not say. */
  readonly createdAt: number | undefined
}

export interface RemoteKey {
  readonly id: string
  readonly active: boolean
  /** ms since the epoch; some servers do not say. */
  readonly createdAt: number | undefined
}

export interface NewKey {
  readonly id: string
  readonly secret: string
}

export interface PolicyVersion {
  readonly id: string
  readonly isDefault: boolean
  readonly createdAt: number
}

export const remoteUser = (
  name: string,
  user: { readonly Arn?: string | undefined; readonly UserId?: string | undefined; readonly CreateDate?: Date | undefined } | undefined,
): RemoteUser => ({ name, arn: user?.Arn ?? '', id: user?.UserId ?? '', createdAt: user?.CreateDate?.getTime() })
