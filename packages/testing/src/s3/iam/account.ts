import { Delayed } from '../delayed.ts'
import type { Identifiers } from '../identifiers.ts'
import { ApiError } from '../protocol/api-error.ts'
import { AWS_POLICIES } from './aws-policies.ts'
import {
  type AccessKey,
  type Caller,
  defaultDocument,
  type Group,
  type ManagedPolicy,
  type PolicyHolder,
  type Role,
  type User,
} from './entities.ts'

/** How long after a change which reader sees it, in milliseconds. */
export interface ConsistencyDelays {
  /** Signatures of a new, changed or deleted key. */
  readonly keys: number
  /** Rights after a change of policies, attachments or groups. */
  readonly policies: number
  /** Reads of a new user, policy, group or role: NoSuchEntity until then. */
  readonly entities: number
  /** Lists of IAM: what is new is missing until then. */
  readonly lists: number
}

export interface AccountOptions {
  readonly id: string
  readonly name: string
  /** 64 hex digits, of which owners of buckets are known. */
  readonly canonicalId: string
  readonly now: () => number
  readonly ids: Identifiers
  readonly delays: () => ConsistencyDelays
}

/** One account's directory. What the actions do to it is in the files of the actions; here are its rules of visibility. */
export class Account {
  readonly id: string
  readonly name: string
  readonly canonicalId: string
  readonly users = new Map<string, User>()
  readonly groups = new Map<string, Group>()
  readonly roles = new Map<string, Role>()
  readonly policies = new Map<string, ManagedPolicy>()
  readonly #options: AccountOptions

  constructor(options: AccountOptions) {
    this.#options = options
    this.id = options.id
    this.name = options.name
    this.canonicalId = options.canonicalId
    for (const [name, document] of Object.entries(AWS_POLICIES)) this.#addForeign(name, document)
  }

  get now(): number {
    return this.#options.now()
  }

  get ids(): Identifiers {
    return this.#options.ids
  }

  get delays(): ConsistencyDelays {
    return this.#options.delays()
  }

  /** What every new entity has. */
  newborn(name: string, path: string, prefix: string) {
    return { name, path, id: this.ids.unique(prefix, 21), createdAt: this.now, visibleAt: this.now + this.delays.entities }
  }

  arn(kind: 'user' | 'group' | 'role' | 'policy', { path, name }: { readonly path: string; readonly name: string }): string {
    return `arn:aws:iam::${this.id}:${kind}${path}${name}`
  }

  /** @throws ApiError NoSuchEntity */
  user(name: string): User {
    return this.#visible(this.users.get(name), `The user with name ${name} cannot be found.`)
  }

  group(name: string): Group {
    return this.#visible(this.groups.get(name), `The group with name ${name} cannot be found.`)
  }

  role(name: string): Role {
    return this.#visible(this.roles.get(name), `The role with name ${name} cannot be found.`)
  }

  policy(arn: string): ManagedPolicy {
    return this.#visible(this.policies.get(arn), `Policy ${arn} does not exist or is not attachable.`)
  }

  /** Those that lists show by now. */
  listed<T extends { readonly createdAt: number }>(entities: Iterable<T>): readonly T[] {
    return [...entities].filter(({ createdAt }) => createdAt + this.delays.lists <= this.now)
  }

  #visible<T extends { readonly visibleAt: number }>(entity: T | undefined, message: string): T {
    if (entity === undefined || entity.visibleAt > this.now) throw new ApiError('NoSuchEntity', 404, message)
    return entity
  }

  /** Tells the check of rights what has changed. After every change of a policy, an attachment, a membership. */
  rightsChanged(): void {
    const at = this.now + this.delays.policies
    for (const holder of [...this.users.values(), ...this.roles.values()]) {
      const documents = this.#documents(holder)
      const before = holder.rights.latest
      if (before.length !== documents.length || before.some((each, index) => each !== documents[index])) holder.rights.set(documents, at)
    }
  }

  #documents(holder: PolicyHolder & { readonly groups?: ReadonlySet<string> }): readonly string[] {
    const own = [...holder.inline.values(), ...[...holder.attached].flatMap((arn) => this.policies.get(arn) ?? []).map(defaultDocument)]
    return [...own, ...[...(holder.groups ?? [])].flatMap((name) => this.groups.get(name) ?? []).flatMap((group) => this.#documents(group))]
  }

  addKey(keys: Map<string, AccessKey>, user: User | undefined, id = this.ids.unique('AKIA', 20), secret = this.ids.secret(40)): AccessKey {
    const known = new Delayed<AccessKey['status'] | 'absent'>('absent')
    // Of the account's own key nobody waits for news.
    known.set('Active', user === undefined ? this.now : this.now + this.delays.keys)
    const key: AccessKey = { id, secret, accountId: this.id, user, createdAt: this.now, status: 'Active', known, lastUsed: undefined }
    keys.set(id, key)
    user?.keys.push(key)
    return key
  }

  callerArn(caller: Caller): string {
    switch (caller.is) {
      case 'anonymous':
        return ''
      case 'root':
        return `arn:aws:iam::${this.id}:root`
      case 'user':
        return this.arn('user', caller.user)
      case 'session':
        if (caller.of.is === 'role') return `arn:aws:sts::${this.id}:assumed-role/${caller.of.role.name}/${caller.of.name}`
        return caller.of.is === 'user' ? this.arn('user', caller.of.user) : `arn:aws:iam::${this.id}:root`
    }
  }

  #addForeign(name: string, document: string): void {
    const path = '/'
    const arn = `arn:aws:iam::aws:policy/${name}`
    const versions = [{ id: 'v1', document, createdAt: 0 }]
    const entity = {
      name,
      path,
      id: this.ids.unique('ANPA', 21),
      createdAt: 0,
      visibleAt: 0,
      arn,
      description: '',
      tags: new Map<string, string>(),
    }
    this.policies.set(arn, { ...entity, versions, defaultVersion: 'v1', lastVersion: 1, updatedAt: 0, foreign: true })
  }
}
