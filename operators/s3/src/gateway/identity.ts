import type { IAMClient } from '@aws-sdk/client-iam'
import { parsePolicy } from '../canonical/policy.ts'
import { type Tags, tagSet, tagsOf } from '../canonical/tags.ts'
import type { Caller } from './caller.ts'
import { isRemoteFailure } from './failure.ts'
import { type NewKey, type PolicyVersion, type RemoteKey, type RemotePolicy, type RemoteUser, remoteUser } from './remote-identities.ts'
import type { Sdk } from './sdk.ts'

/** IAM names of lists end with a marker that some servers repeat for ever; no user or policy has so many pages. */
const MOST_PAGES = 200

/** IAM of a provider. What is not there is `undefined`, and what is gone already counts as removed. */
export class Identity {
  readonly #sdk: Sdk['iam']
  readonly #client: IAMClient
  readonly #caller: Caller

  constructor(sdk: Sdk['iam'], client: IAMClient, caller: Caller) {
    this.#sdk = sdk
    this.#client = client
    this.#caller = caller
  }

  async user(name: string, signal: AbortSignal): Promise<RemoteUser | undefined> {
    const answer = await absent(this.#read('GetUser', signal, (sdk, send) => send(new sdk.GetUserCommand({ UserName: name }))))
    const user = answer?.User
    return user === undefined ? undefined : remoteUser(name, user)
  }

  async createUser(
    name: string,
    options: { readonly path: string | undefined; readonly tags: Tags },
    signal: AbortSignal,
  ): Promise<RemoteUser> {
    const tags = tagSet(options.tags)
    const input = { UserName: name, ...(options.path !== undefined && { Path: options.path }), ...(tags.length > 0 && { Tags: [...tags] }) }
    const { User } = await this.#write('CreateUser', signal, (sdk, send) => send(new sdk.CreateUserCommand(input)), { repeatable: false })
    return remoteUser(name, User)
  }

  /** The name that the user of an id has now; `undefined` when there is none, or these credentials may not list them. */
  async nameOfUser(id: string, signal: AbortSignal): Promise<string | undefined> {
    try {
      const found = await this.#pages(async (Marker) => {
        const answer = await this.#read('ListUsers', signal, (sdk, send) => send(new sdk.ListUsersCommand({ ...(Marker && { Marker }) })))
        const items = (answer.Users ?? []).filter(({ UserId }) => UserId === id)
        return { items, marker: answer.IsTruncated ? answer.Marker : undefined }
      })
      return found[0]?.UserName
    } catch (error) {
      if (isRemoteFailure(error, 'Denied', 'Unsupported')) return undefined
      throw error
    }
  }

  deleteUser = (name: string, signal: AbortSignal) =>
    gone(this.#write('DeleteUser', signal, (sdk, send) => send(new sdk.DeleteUserCommand({ UserName: name }))))

  inlinePolicies = (user: string, signal: AbortSignal) =>
    this.#pages(async (Marker) => {
      const answer = await this.#read('ListUserPolicies', signal, (sdk, send) =>
        send(new sdk.ListUserPoliciesCommand({ UserName: user, ...(Marker && { Marker }) })),
      )
      return { items: answer.PolicyNames ?? [], marker: answer.IsTruncated ? answer.Marker : undefined }
    })

  /** The policy as JSON. */
  async inlinePolicy(user: string, name: string, signal: AbortSignal): Promise<unknown> {
    const answer = await absent(
      this.#read('GetUserPolicy', signal, (sdk, send) => send(new sdk.GetUserPolicyCommand({ UserName: user, PolicyName: name }))),
    )
    return answer?.PolicyDocument === undefined ? undefined : parsePolicy(answer.PolicyDocument)
  }

  putInlinePolicy = (user: string, name: string, document: string, signal: AbortSignal) =>
    this.#write('PutUserPolicy', signal, (sdk, send) =>
      send(new sdk.PutUserPolicyCommand({ UserName: user, PolicyName: name, PolicyDocument: document })),
    )

  deleteInlinePolicy = (user: string, name: string, signal: AbortSignal) =>
    gone(
      this.#write('DeleteUserPolicy', signal, (sdk, send) => send(new sdk.DeleteUserPolicyCommand({ UserName: user, PolicyName: name }))),
    )

  /** ARNs. */
  attached = (user: string, signal: AbortSignal) =>
    this.#pages(async (Marker) => {
      const answer = await this.#read('ListAttachedUserPolicies', signal, (sdk, send) =>
        send(new sdk.ListAttachedUserPoliciesCommand({ UserName: user, ...(Marker && { Marker }) })),
      )
      const items = (answer.AttachedPolicies ?? []).flatMap(({ PolicyArn }) => (PolicyArn === undefined ? [] : [PolicyArn]))
      return { items, marker: answer.IsTruncated ? answer.Marker : undefined }
    })

  attach = (user: string, arn: string, signal: AbortSignal) =>
    this.#write('AttachUserPolicy', signal, (sdk, send) => send(new sdk.AttachUserPolicyCommand({ UserName: user, PolicyArn: arn })))

  detach = (user: string, arn: string, signal: AbortSignal) =>
    gone(this.#write('DetachUserPolicy', signal, (sdk, send) => send(new sdk.DetachUserPolicyCommand({ UserName: user, PolicyArn: arn }))))

  groups = (user: string, signal: AbortSignal) =>
    this.#pages(async (Marker) => {
      const answer = await this.#read('ListGroupsForUser', signal, (sdk, send) =>
        send(new sdk.ListGroupsForUserCommand({ UserName: user, ...(Marker && { Marker }) })),
      )
      const items = (answer.Groups ?? []).flatMap(({ GroupName }) => (GroupName === undefined ? [] : [GroupName]))
      return { items, marker: answer.IsTruncated ? answer.Marker : undefined }
    })

  joinGroup = (user: string, group: string, signal: AbortSignal) =>
    this.#write('AddUserToGroup', signal, (sdk, send) => send(new sdk.AddUserToGroupCommand({ UserName: user, GroupName: group })))

  leaveGroup = (user: string, group: string, signal: AbortSignal) =>
    gone(
      this.#write('RemoveUserFromGroup', signal, (sdk, send) =>
        send(new sdk.RemoveUserFromGroupCommand({ UserName: user, GroupName: group })),
      ),
    )

  async userTags(user: string, signal: AbortSignal): Promise<Tags> {
    return tagsOf((await this.#read('ListUserTags', signal, (sdk, send) => send(new sdk.ListUserTagsCommand({ UserName: user })))).Tags)
  }

  tagUser = (user: string, tags: Tags, signal: AbortSignal) =>
    this.#write('TagUser', signal, (sdk, send) => send(new sdk.TagUserCommand({ UserName: user, Tags: [...tagSet(tags)] })))

  untagUser = (user: string, keys: readonly string[], signal: AbortSignal) =>
    this.#write('UntagUser', signal, (sdk, send) => send(new sdk.UntagUserCommand({ UserName: user, TagKeys: [...keys] })))

  keys = (user: string, signal: AbortSignal): Promise<readonly RemoteKey[]> =>
    this.#pages(async (Marker) => {
      const answer = await this.#read('ListAccessKeys', signal, (sdk, send) =>
        send(new sdk.ListAccessKeysCommand({ UserName: user, ...(Marker && { Marker }) })),
      )
      const items = (answer.AccessKeyMetadata ?? []).flatMap(({ AccessKeyId, Status, CreateDate }) =>
        AccessKeyId === undefined ? [] : [{ id: AccessKeyId, active: Status !== 'Inactive', createdAt: CreateDate?.getTime() }],
      )
      return { items, marker: answer.IsTruncated ? answer.Marker : undefined }
    })

  /** Sent once: an answer that is lost leaves a key behind, which the caller has to look for. */
  async createKey(user: string, signal: AbortSignal): Promise<NewKey> {
    const { AccessKey } = await this.#write(
      'CreateAccessKey',
      signal,
      (sdk, send) => send(new sdk.CreateAccessKeyCommand({ UserName: user })),
      {
        repeatable: false,
      },
    )
    if (!AccessKey?.AccessKeyId || !AccessKey.SecretAccessKey) throw new Error('CreateAccessKey was answered without a key')
    return { id: AccessKey.AccessKeyId, secret: AccessKey.SecretAccessKey }
  }

  setKeyActive = (user: string, id: string, active: boolean, signal: AbortSignal) =>
    this.#write('UpdateAccessKey', signal, (sdk, send) =>
      send(new sdk.UpdateAccessKeyCommand({ UserName: user, AccessKeyId: id, Status: active ? 'Active' : 'Inactive' })),
    )

  deleteKey = (user: string, id: string, signal: AbortSignal) =>
    gone(this.#write('DeleteAccessKey', signal, (sdk, send) => send(new sdk.DeleteAccessKeyCommand({ UserName: user, AccessKeyId: id }))))

  /** When somebody last used it, in ms since the epoch; `undefined` where the server does not say. Servers know it hours late. */
  async lastUse(id: string, signal: AbortSignal): Promise<number | 'never' | undefined> {
    try {
      const { AccessKeyLastUsed } = await this.#read('GetAccessKeyLastUsed', signal, (sdk, send) =>
        send(new sdk.GetAccessKeyLastUsedCommand({ AccessKeyId: id })),
      )
      return AccessKeyLastUsed?.LastUsedDate?.getTime() ?? 'never'
    } catch (error) {
      if (isRemoteFailure(error, 'Unsupported', 'Denied', 'NotFound')) return undefined
      throw error
    }
  }

  async policy(arn: string, signal: AbortSignal): Promise<RemotePolicy | undefined> {
    const answer = await absent(this.#read('GetPolicy', signal, (sdk, send) => send(new sdk.GetPolicyCommand({ PolicyArn: arn }))))
    const policy = answer?.Policy
    return policy && { arn: policy.Arn ?? arn, version: policy.DefaultVersionId ?? 'v1', createdAt: policy.CreateDate?.getTime() }
  }

  /** By name and path, among those of the account. */
  async findPolicy(name: string, path: string, signal: AbortSignal): Promise<string | undefined> {
    const found = await this.#pages(async (Marker) => {
      const answer = await this.#read('ListPolicies', signal, (sdk, send) =>
        send(new sdk.ListPoliciesCommand({ Scope: 'Local', ...(Marker && { Marker }) })),
      )
      const items = (answer.Policies ?? []).filter(({ PolicyName, Path = '/' }) => PolicyName === name && Path === path)
      return { items, marker: answer.IsTruncated ? answer.Marker : undefined }
    })
    return found[0]?.Arn
  }

  async createPolicy(
    name: string,
    options: {
      readonly path: string | undefined
      readonly description: string | undefined
      readonly document: string
      readonly tags: Tags
    },
    signal: AbortSignal,
  ): Promise<string> {
    const tags = tagSet(options.tags)
    const input = {
      PolicyName: name,
      PolicyDocument: options.document,
      ...(options.path !== undefined && { Path: options.path }),
      ...(options.description !== undefined && { Description: options.description }),
      ...(tags.length > 0 && { Tags: [...tags] }),
    }
    const { Policy } = await this.#write('CreatePolicy', signal, (sdk, send) => send(new sdk.CreatePolicyCommand(input)), {
      repeatable: false,
    })
    // Its ARN is the server's to make: SeaweedFS has no account in it.
    if (!Policy?.Arn) throw new Error('CreatePolicy was answered without an ARN')
    return Policy.Arn
  }

  policyVersions = (arn: string, signal: AbortSignal): Promise<readonly PolicyVersion[]> =>
    this.#pages(async (Marker) => {
      const answer = await this.#read('ListPolicyVersions', signal, (sdk, send) =>
        send(new sdk.ListPolicyVersionsCommand({ PolicyArn: arn, ...(Marker && { Marker }) })),
      )
      const items = (answer.Versions ?? []).flatMap(({ VersionId, IsDefaultVersion, CreateDate }) =>
        VersionId === undefined ? [] : [{ id: VersionId, isDefault: IsDefaultVersion === true, createdAt: CreateDate?.getTime() ?? 0 }],
      )
      return { items, marker: answer.IsTruncated ? answer.Marker : undefined }
    })

  async policyVersion(arn: string, version: string, signal: AbortSignal): Promise<unknown> {
    const answer = await absent(
      this.#read('GetPolicyVersion', signal, (sdk, send) => send(new sdk.GetPolicyVersionCommand({ PolicyArn: arn, VersionId: version }))),
    )
    return answer?.PolicyVersion?.Document === undefined ? undefined : parsePolicy(answer.PolicyVersion.Document)
  }

  async createPolicyVersion(arn: string, document: string, signal: AbortSignal): Promise<string> {
    const { PolicyVersion } = await this.#write(
      'CreatePolicyVersion',
      signal,
      (sdk, send) => send(new sdk.CreatePolicyVersionCommand({ PolicyArn: arn, PolicyDocument: document, SetAsDefault: true })),
      { repeatable: false },
    )
    return PolicyVersion?.VersionId ?? ''
  }

  setDefaultVersion = (arn: string, version: string, signal: AbortSignal) =>
    this.#write('SetDefaultPolicyVersion', signal, (sdk, send) =>
      send(new sdk.SetDefaultPolicyVersionCommand({ PolicyArn: arn, VersionId: version })),
    )

  deletePolicyVersion = (arn: string, version: string, signal: AbortSignal) =>
    gone(
      this.#write('DeletePolicyVersion', signal, (sdk, send) =>
        send(new sdk.DeletePolicyVersionCommand({ PolicyArn: arn, VersionId: version })),
      ),
    )

  deletePolicy = (arn: string, signal: AbortSignal) =>
    gone(this.#write('DeletePolicy', signal, (sdk, send) => send(new sdk.DeletePolicyCommand({ PolicyArn: arn }))))

  /** Users that have it; `undefined` where the server cannot say. */
  async usersWith(arn: string, signal: AbortSignal): Promise<readonly string[] | undefined> {
    try {
      return await this.#pages(async (Marker) => {
        const answer = await this.#read('ListEntitiesForPolicy', signal, (sdk, send) =>
          send(new sdk.ListEntitiesForPolicyCommand({ PolicyArn: arn, EntityFilter: 'User', ...(Marker && { Marker }) })),
        )
        const items = (answer.PolicyUsers ?? []).flatMap(({ UserName }) => (UserName === undefined ? [] : [UserName]))
        return { items, marker: answer.IsTruncated ? answer.Marker : undefined }
      })
    } catch (error) {
      if (isRemoteFailure(error, 'Unsupported')) return undefined
      throw error
    }
  }

  async policyTags(arn: string, signal: AbortSignal): Promise<Tags> {
    return tagsOf((await this.#read('ListPolicyTags', signal, (sdk, send) => send(new sdk.ListPolicyTagsCommand({ PolicyArn: arn })))).Tags)
  }

  tagPolicy = (arn: string, tags: Tags, signal: AbortSignal) =>
    this.#write('TagPolicy', signal, (sdk, send) => send(new sdk.TagPolicyCommand({ PolicyArn: arn, Tags: [...tagSet(tags)] })))

  untagPolicy = (arn: string, keys: readonly string[], signal: AbortSignal) =>
    this.#write('UntagPolicy', signal, (sdk, send) => send(new sdk.UntagPolicyCommand({ PolicyArn: arn, TagKeys: [...keys] })))

  #read<R>(operation: string, signal: AbortSignal, run: (sdk: Sdk['iam'], send: Send) => Promise<R>): Promise<R> {
    return this.#caller.call({ operation, writes: false }, signal, (_guarded, abortSignal) => run(this.#sdk, this.#sender(abortSignal)))
  }

  #write<R>(
    operation: string,
    signal: AbortSignal,
    run: (sdk: Sdk['iam'], send: Send) => Promise<R>,
    { repeatable = true }: { readonly repeatable?: boolean } = {},
  ): Promise<R> {
    return this.#caller.call({ operation, repeatable, writes: true }, signal, (_guarded, abortSignal) =>
      run(this.#sdk, this.#sender(abortSignal)),
    )
  }

  #sender(abortSignal: AbortSignal): Send {
    return ((command: never) => this.#client.send(command, { abortSignal })) as Send
  }

  async #pages<T>(
    page: (marker: string | undefined) => Promise<{ readonly items: readonly T[]; readonly marker: string | undefined }>,
  ): Promise<readonly T[]> {
    const all: T[] = []
    let marker: string | undefined
    for (let pages = 0; pages < MOST_PAGES; pages++) {
      const next = await page(marker)
      all.push(...next.items)
      // A server that repeats its marker would be asked for ever.
      if (next.marker === undefined || next.marker === marker) return all
      marker = next.marker
    }
    throw new Error(`IAM answered with more than ${MOST_PAGES} pages`)
  }
}

type Send = IAMClient['send']

async function absent<T>(answer: Promise<T>): Promise<T | undefined> {
  try {
    return await answer
  } catch (error) {
    if (isRemoteFailure(error, 'NotFound')) return undefined
    throw error
  }
}

async function gone(answer: Promise<unknown>): Promise<void> {
  await absent(answer)
}
