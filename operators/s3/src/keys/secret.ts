import { type Client, formatTime, isAlreadyExists, isNotFound, type JsonPatchOperation, parseTime, type Resource, Secret } from 'kubewright'
import type { AccessKey } from '../kinds/access-key.ts'
import { AccessKey as AccessKeyKind } from '../kinds/access-key.ts'
import { GROUP } from '../kinds/group.ts'
import type { SecretView } from './protocol.ts'
import { contentOf, digestOf, encoded, keyIn, type Surroundings, secretNameOf } from './secret-content.ts'

/** The fence: the intent under which a key may be put in. */
const INTENT = `${GROUP}/intent`
const KEY_ID = `${GROUP}/access-key-id`
/** The intent under which the key that is in it came. */
const KEY_INTENT = `${GROUP}/published-intent`
const CREATED_AT = `${GROUP}/created-at`
/** Of the contents, to see when somebody else has changed them. */
const DIGEST = `${GROUP}/digest`
/** The names of the two halves in it: those of the template when it was written, which may have changed. */
const NAMES = `${GROUP}/key-names`
const OWNER_UID = `${GROUP}/owner-uid`
const DISPLAY_NAME = `${GROUP}/display-name`
const TAG = `tags.${GROUP}/`

const MANAGED_BY = { [`${GROUP}/managed-by`]: 'kubewright', [`${GROUP}/resource-type`]: 'access-key' }

/** In place of an intent, on a Secret that was taken over with its key. */
const ADOPTED = 'adopted'

/** Field manager of the Secrets. */
const MANAGER = 'accesskey'

/** The Secret of one AccessKey, read and written at the server: a cache may show what was. */
export class KeySecret {
  readonly #object: AccessKey
  readonly #secrets: Resource<Secret>
  readonly #signal: AbortSignal
  #found: Secret | undefined

  private constructor(object: AccessKey, secrets: Resource<Secret>, signal: AbortSignal) {
    this.#object = object
    this.#secrets = secrets
    this.#signal = signal
  }

  static async read(object: AccessKey, client: Client, signal: AbortSignal): Promise<KeySecret> {
    const secret = new KeySecret(object, await client.resource(Secret, { signal }), signal)
    await secret.refresh()
    return secret
  }

  async refresh(): Promise<void> {
    this.#found = await this.#secrets.get(this.#name(), { signal: this.#signal }).catch((error: unknown) => {
      if (isNotFound(error)) return undefined
      throw error
    })
  }

  get name(): string {
    return secretNameOf(this.#object.metadata.name ?? '', this.#object.spec.secretTemplate)
  }

  /** For a deletion: this Secret, and as it was read. */
  get precondition(): { readonly uid: string; readonly resourceVersion: string } {
    const { uid = '', resourceVersion = '' } = this.#found?.metadata ?? {}
    return { uid, resourceVersion }
  }

  view(): SecretView {
    const secret = this.#found
    if (secret === undefined) return { is: 'absent' }
    const annotations = secret.metadata.annotations ?? {}
    if (annotations[OWNER_UID] !== this.#object.metadata.uid) return { is: 'foreign', offered: this.offered?.id }
    const [id, intent] = [annotations[KEY_ID], annotations[KEY_INTENT]]
    const at = parseTime(annotations[CREATED_AT] ?? '')
    return {
      is: 'ours',
      intent: annotations[INTENT],
      published: id === undefined || intent === undefined ? undefined : { id, intent, at: at ?? 0 },
      intact: keyIn(secret.data, this.#keyNames())?.id === id && annotations[DIGEST] === this.#keyDigest(secret),
    }
  }

  /** The key in a Secret that was not made for this object, if this one may have it. */
  get offered(): { readonly id: string; readonly secret: string } | undefined {
    const owners = this.#found?.metadata.ownerReferences ?? []
    // Another AccessKey of ours that is at work on it keeps it.
    const isTaken = owners.some(({ apiVersion, kind }) => apiVersion.startsWith(`${GROUP}/`) && kind === AccessKeyKind.kind)
    if (this.#object.spec.adoptionPolicy !== 'Always' || isTaken) return undefined
    return keyIn(this.#found?.data, this.#keyNames())
  }

  /** The keys of the Secret that this object would take out of it. */
  strangeKeys(surroundings: Surroundings): readonly string[] {
    const known = contentOf({ id: '', secret: '' }, this.#object.spec.secretTemplate, surroundings)
    return Object.keys(this.#found?.data ?? {}).filter((name) => known[name] === undefined)
  }

  /** Makes it one of this object's, as published with the key that is in it. @throws ApiError 422 when it is not as it was read */
  async adopt(id: string, createdAt: number | undefined): Promise<void> {
    const { metadata, data = {} } = this.#found ?? { metadata: {} }
    const { accessKeyID, secretAccessKey } = this.#keyNames()
    const { labels, annotations } = this.#dress()
    const marks = {
      [KEY_ID]: id,
      [KEY_INTENT]: ADOPTED,
      [CREATED_AT]: createdAt === undefined ? (metadata.creationTimestamp ?? '') : formatTime(createdAt),
      [NAMES]: `${accessKeyID},${secretAccessKey}`,
      [DIGEST]: digestOf(pick(data, [accessKeyID, secretAccessKey])),
    }
    await this.#patch([
      { op: 'test', path: '/metadata/resourceVersion', value: metadata.resourceVersion },
      { op: 'add', path: '/metadata/annotations', value: { ...metadata.annotations, ...annotations, ...marks } },
      { op: 'add', path: '/metadata/labels', value: { ...metadata.labels, ...labels } },
      // In place of those that it had: what made it may be deleted, and must not take the key with it.
      { op: 'add', path: '/metadata/ownerReferences', value: [this.#owner()] },
    ])
  }

  /** Makes it, without a key: whatever could stand in the way is found out before there is one. @throws ApiError */
  async prepare(): Promise<void> {
    const { namespace } = this.#object.metadata
    const { type = 'Opaque' } = this.#object.spec.secretTemplate ?? {}
    const secret = {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: {
        name: this.name,
        namespace,
        ...this.#dress(),
        ownerReferences: [this.#owner()],
      },
      type,
      data: {},
    } as unknown as Secret
    try {
      this.#found = await this.#secrets.create(secret, { signal: this.#signal, fieldManager: MANAGER })
    } catch (error) {
      if (!isAlreadyExists(error)) throw error
      await this.refresh()
    }
  }

  /** @throws ApiError 422 or 409 when the Secret is not as it was read */
  async mark(intent: string): Promise<void> {
    await this.#patch([
      { op: 'test', path: '/metadata/resourceVersion', value: this.#found?.metadata.resourceVersion },
      { op: 'add', path: annotation(INTENT), value: intent },
    ])
  }

  /** Puts the key in, if the fence is still that of the intent. @throws ApiError 422 when it is not */
  async publish(
    key: { readonly id: string; readonly secret: string },
    intent: string,
    surroundings: Surroundings,
    now: number,
  ): Promise<void> {
    const data = encoded(contentOf(key, this.#object.spec.secretTemplate, surroundings))
    await this.#patch([
      { op: 'test', path: annotation(INTENT), value: intent },
      { op: 'add', path: '/data', value: data },
      ...this.#annotations({ [KEY_ID]: key.id, [KEY_INTENT]: intent, [CREATED_AT]: formatTime(now), ...this.#digests(data) }),
    ])
  }

  /** Brings everything but the key up to date: the template, the endpoint. Writes nothing when it is so. @returns whether it wrote */
  async redress(surroundings: Surroundings): Promise<boolean> {
    const secret = this.#found
    const key = keyIn(secret?.data, this.#keyNames())
    if (secret === undefined || key === undefined) return false
    const data = encoded(contentOf(key, this.#object.spec.secretTemplate, surroundings))
    const { labels, annotations } = this.#dress()
    const wanted = { ...annotations, ...this.#digests(data) }
    const isDressed =
      Object.entries(labels).every(([name, value]) => secret.metadata.labels?.[name] === value) &&
      Object.entries(wanted).every(([name, value]) => secret.metadata.annotations?.[name] === value)
    if (isDressed && digestOf(secret.data) === digestOf(data)) return false
    await this.#patch([
      { op: 'test', path: '/metadata/resourceVersion', value: secret.metadata.resourceVersion },
      { op: 'add', path: '/data', value: data },
      { op: 'add', path: '/metadata/labels', value: { ...secret.metadata.labels, ...labels } },
      ...this.#annotations(wanted),
    ])
    return true
  }

  /** Lets the Secret live on without its owner. */
  async release(): Promise<void> {
    if (this.view().is !== 'ours') return
    const rest = (this.#found?.metadata.ownerReferences ?? []).filter(({ uid }) => uid !== this.#object.metadata.uid)
    await this.#patch([
      { op: 'test', path: '/metadata/resourceVersion', value: this.#found?.metadata.resourceVersion },
      { op: 'add', path: '/metadata/ownerReferences', value: rest },
    ])
  }

  #owner() {
    const { name = '', uid = '' } = this.#object.metadata
    const apiVersion = `${AccessKeyKind.group}/${AccessKeyKind.version}`
    return { apiVersion, kind: AccessKeyKind.kind, name, uid, controller: true, blockOwnerDeletion: false }
  }

  /** Those it was written with; where that is not said, those of the template. */
  #keyNames(): { readonly accessKeyID: string; readonly secretAccessKey: string } {
    const wanted = this.#object.spec.secretTemplate?.keys
    const [accessKeyID = wanted?.accessKeyID ?? 'access-key-id', secretAccessKey = wanted?.secretAccessKey ?? 'secret-access-key'] = (
      this.#found?.metadata.annotations?.[NAMES] ?? ''
    )
      .split(',')
      .filter((name) => name !== '')
    return { accessKeyID, secretAccessKey }
  }

  #keyDigest(secret: Secret): string {
    const { accessKeyID, secretAccessKey } = this.#keyNames()
    return digestOf(pick(secret.data ?? {}, [accessKeyID, secretAccessKey]))
  }

  #digests(data: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
    const { accessKeyID = 'access-key-id', secretAccessKey = 'secret-access-key' } = this.#object.spec.secretTemplate?.keys ?? {}
    return { [NAMES]: `${accessKeyID},${secretAccessKey}`, [DIGEST]: digestOf(pick(data, [accessKeyID, secretAccessKey])) }
  }

  #dress() {
    const { secretTemplate, displayName, tags = {} } = this.#object.spec
    return {
      labels: { ...secretTemplate?.labels, ...MANAGED_BY },
      annotations: {
        ...secretTemplate?.annotations,
        ...Object.fromEntries(Object.entries(tags).map(([name, value]) => [`${TAG}${name}`, value])),
        ...(displayName !== undefined && { [DISPLAY_NAME]: displayName }),
        [OWNER_UID]: this.#object.metadata.uid ?? '',
      },
    }
  }

  #annotations(values: Readonly<Record<string, string>>): readonly JsonPatchOperation[] {
    return Object.entries(values).map(([name, value]) => ({ op: 'add', path: annotation(name), value }))
  }

  async #patch(operations: readonly JsonPatchOperation[]): Promise<void> {
    const body: readonly JsonPatchOperation[] = [{ op: 'test', path: '/metadata/uid', value: this.#found?.metadata.uid }, ...operations]
    this.#found = await this.#secrets.patch(this.#name(), { type: 'json', body }, { signal: this.#signal, fieldManager: MANAGER })
  }

  #name() {
    return { name: this.name, namespace: this.#object.metadata.namespace }
  }
}

const annotation = (name: string): string => `/metadata/annotations/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`

const pick = (data: Readonly<Record<string, string>>, names: readonly string[]) =>
  Object.fromEntries(names.flatMap((name) => (data[name] === undefined ? [] : [[name, data[name]]])))
