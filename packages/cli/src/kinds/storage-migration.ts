import { type Client, CustomResourceDefinition } from '@kubewright/client'
import { isConflict, isNotFound, type KubeObject, messageOf, objectKey } from '@kubewright/core'
import { KindInstallError } from './install-error.ts'
import { type SettlingOptions, untilStored } from './storage-version.ts'
import { type StoredDefinition, storedDefinition } from './stored-definition.ts'

/** Objects of one page: a page of large objects stays below what a server likes to answer. */
const PAGE = 500

/** At most so many writes at once. */
const AT_ONCE = 8

/** Objects that are named when they could not be written. */
const NAMED = 5

/**
 * Writes every object of a kind once more, if some may be stored in another version than the stored one, and then says so in `status.storedVersions`.
 * A write that changes nothing is made all the same by the API server when the stored bytes are of another version. As long as one object could not be
 * written, the old version stays among the stored ones, without which an API server would let it go, and the object with it.
 * @returns how many objects were written
 * @throws KindInstallError naming what could not be written, or when another program changes the stored version meanwhile
 */
export async function migrateStorage(client: Client, definition: StoredDefinition, options: SettlingOptions = {}): Promise<number> {
  const given = options.signal === undefined ? {} : { signal: options.signal }
  let written = 0
  for (let current = definition; !isMigrated(current); ) {
    await untilStored(client, current.spec, options)
    written += await writeAll(client, current, given)
    const told = await tellMigrated(client, current, given)
    if (told.done) return written
    current = told.current
    if (storageOf(current) !== storageOf(definition))
      throw new KindInstallError(
        nameOf(current),
        `another program stores it in ${storageOf(current)}, and this one in ${storageOf(definition)}: run one release of it at a time`,
      )
  }
  return written
}

type Given = { readonly signal?: AbortSignal }

const nameOf = ({ metadata }: KubeObject): string => metadata.name ?? ''
const storageOf = ({ spec }: StoredDefinition): string => spec.versions.find((version) => version.storage)!.name
const isMigrated = (definition: StoredDefinition): boolean =>
  (definition.status?.storedVersions ?? []).every((version) => version === storageOf(definition))

async function writeAll(client: Client, definition: StoredDefinition, given: Given): Promise<number> {
  const { group, names, scope } = definition.spec
  const version = storageOf(definition)
  const kind = { group, version, kind: names.kind, plural: names.plural, namespaced: scope === 'Namespaced' }
  const resource = await client.resource(kind, given)
  const objects = resource.items({ limit: PAGE, ...given })[Symbol.asyncIterator]()
  const refused: string[] = []
  let written = 0
  const worker = async () => {
    for (let next = await objects.next(); next.done !== true; next = await objects.next()) {
      try {
        await resource.update(next.value, given)
        written++
      } catch (error) {
        given.signal?.throwIfAborted()
        // Somebody wrote or deleted it since it was listed, and that was after the version changed: either way it is not in the old one any more.
        if (!isConflict(error) && !isNotFound(error)) refused.push(`${objectKey(next.value)} (${messageOf(error)})`)
      }
    }
  }
  const ends = await Promise.allSettled(Array.from({ length: AT_ONCE }, worker))
  for (const end of ends) if (end.status === 'rejected') throw end.reason
  if (refused.length === 0) return written
  const more = refused.length > NAMED ? `, and ${refused.length - NAMED} more` : ''
  throw new KindInstallError(
    nameOf(definition),
    `${refused.length} of ${written + refused.length} objects cannot be written in ${version}: ${refused.slice(0, NAMED).join(', ')}${more}. Correct them; until then they stay as they are stored`,
  )
}

type Told = { readonly done: true } | { readonly done: false; readonly current: StoredDefinition }

/**
 * Not when the definition has changed since: objects may have been stored in another version in between. The resource version keeps the same from
 * happening between the look and the write.
 */
async function tellMigrated(client: Client, before: StoredDefinition, given: Given): Promise<Told> {
  const definitions = await client.resource(CustomResourceDefinition, given)
  const name = nameOf(before)
  for (;;) {
    const current = storedDefinition(await definitions.get({ name }, given))
    const { uid, resourceVersion, generation } = current.metadata
    if (uid !== before.metadata.uid || generation !== before.metadata.generation) return { done: false, current }
    const body = { metadata: { uid, resourceVersion }, status: { storedVersions: [storageOf(before)] } }
    try {
      await definitions.patch({ name }, { type: 'merge', body }, { subresource: 'status', ...given })
      return { done: true }
    } catch (error) {
      if (!isConflict(error)) throw error
    }
  }
}
