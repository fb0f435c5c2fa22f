import { type Client, CustomResourceDefinition } from '@kubewright/client'
import { isConflict, isNotFound } from '@kubewright/core'
import type { StoredDefinition } from './install.ts'
import { type SettlingOptions, untilStored } from './storage-version.ts'

/** Objects of one page: a page of large objects stays below what a server likes to answer. */
const PAGE = 500

/** At most so many writes at once. */
const AT_ONCE = 8

/**
 * Writes every object of a kind once more, if some may be stored in another version than the stored one, and then says so in `status.storedVersions`.
 * A write that changes nothing is made all the same by the API server when the stored bytes are of another version.
 * @returns how many objects were written
 */
export async function migrateStorage(client: Client, definition: StoredDefinition, options: SettlingOptions = {}): Promise<number> {
  const { group, names, versions, scope } = definition.spec
  const storage = versions.find((version) => version.storage)!.name
  const stored = definition.status?.storedVersions ?? []
  if (stored.every((version) => version === storage)) return 0
  const { signal } = options
  const given = signal === undefined ? {} : { signal }
  await untilStored(client, definition.spec, options)
  const kind = { group, version: storage, kind: names.kind, plural: names.plural, namespaced: scope === 'Namespaced' }
  const resource = await client.resource(kind, given)
  let written = 0
  const objects = resource.items({ limit: PAGE, ...given })[Symbol.asyncIterator]()
  const worker = async () => {
    for (let next = await objects.next(); next.done !== true; next = await objects.next()) {
      try {
        await resource.update(next.value, given)
        written++
      } catch (error) {
        // Somebody wrote or deleted it meanwhile: either way it is not in the old version any more.
        if (!isConflict(error) && !isNotFound(error)) throw error
      }
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, worker))
  const definitions = await client.resource(CustomResourceDefinition, given)
  await definitions.patch(
    { name: definition.metadata.name! },
    { type: 'merge', body: { status: { storedVersions: [storage] } } },
    { subresource: 'status', ...given },
  )
  return written
}
