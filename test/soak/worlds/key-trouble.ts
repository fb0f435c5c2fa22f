/** What the objects say of one AccessKey. */
export interface PublishedKey {
  readonly name: string
  /** On the server. */
  readonly user: string
  /** In the status. */
  readonly recorded: readonly string[]
  /** In the Secret. */
  readonly published: string | undefined
  /** The last rotation that was asked for, and the last that was done. */
  readonly asked: string | undefined
  readonly done: string | undefined
}

/** What a server of IAM says of one key. */
export interface ServedKey {
  readonly id: string
  readonly userName: string | undefined
  readonly status: 'Active' | 'Inactive'
}

/** Where objects, Secrets and the server do not say the same of keys, in words. Keys of nobody are the root's. */
export function keyTrouble(keys: readonly PublishedKey[], served: readonly ServedKey[]): readonly string[] {
  const strange = served.filter(({ userName }) => userName !== undefined && !keys.some(({ user }) => user === userName))
  return [...strange.map(({ id, userName }) => `key ${id} of ${userName} is leaked: no AccessKey is for it`), ...keys.flatMap(troubleOf)]

  function troubleOf({ name, user, recorded, published, asked, done }: PublishedKey): readonly string[] {
    if (published === undefined) return [`AccessKey "${name}" has published none`]
    const own = served.filter(({ userName }) => userName === user)
    const leaked = own.filter(({ id }) => !recorded.includes(id))
    const dead = recorded.filter((id) => !own.some((each) => each.id === id))
    return [
      ...leaked.map(({ id }) => `key ${id} of ${user} is leaked: AccessKey "${name}" does not know it`),
      ...dead.map((id) => `AccessKey "${name}" has key ${id}, which the server has not`),
      ...(own.some(({ id, status }) => id === published && status === 'Active')
        ? []
        : [`AccessKey "${name}" has published ${published}, which does not work`]),
      ...(recorded.length > 1 ? [`AccessKey "${name}" has its earlier key yet`] : []),
      ...(asked === done ? [] : [`AccessKey "${name}" has yet to rotate`]),
    ]
  }
}
