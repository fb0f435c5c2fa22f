import { type Client, CustomResourceDefinition, type Resource } from '@kubewright/client'
import { type ApiError, isApiError, isNotFound, type KubeObject, sleep, systemClock } from '@kubewright/core'
import type { CrdManifest, CrdOptions, KindDefinition, WebhookClientConfig } from '@kubewright/schema'
import { KindInstallError } from './install-error.ts'
import { migrateStorage } from './storage-migration.ts'
import { LONGEST_WAIT, type SettlingOptions } from './storage-version.ts'
import { type StoredDefinition, storedDefinition } from './stored-definition.ts'

/** How {@link installKinds} writes the CRDs, and what it waits for. */
export interface InstallOptions extends CrdOptions, SettlingOptions {
  /** Owns the fields of the CRDs from now on. @default the client's `fieldManager` */
  readonly fieldManager?: string
  /** Takes fields over that another field manager owns, such as kubectl. @default false: a conflict is an error */
  readonly force?: boolean
  /** Writes objects that are stored in another version once more, so that all are in the stored version. @default true */
  readonly migrate?: boolean
}

export interface MigratedKind {
  readonly kind: string
  /** Objects that were written anew in the stored version. */
  readonly migrated: number
}

/** What became of one kind. */
export interface InstalledKind extends MigratedKind {
  readonly change: 'created' | 'updated' | 'unchanged'
}

type AnyKind = KindDefinition<never, never> | KindDefinition

/**
 * Moves the stored objects of kinds that are installed already to the stored version, as {@link installKinds} does; a kind that is not there has none.
 * @returns what was written, for the kinds that had something to be moved
 * @throws KindInstallError
 */
export async function migrateKinds(
  client: Client,
  kinds: readonly AnyKind[],
  options: SettlingOptions = {},
): Promise<readonly MigratedKind[]> {
  const definitions = await client.resource(CustomResourceDefinition, signalOf(options))
  const migrated: MigratedKind[] = []
  for (const kind of kinds) {
    const definition = await find(definitions, (kind as KindDefinition).crd(), options)
    const written = definition === undefined ? 0 : await migrateStorage(client, definition, options)
    if (written > 0) migrated.push({ kind: kind.kind, migrated: written })
  }
  return migrated
}

/**
 * Makes the API server serve kinds as they are defined: applies their CRDs, waits until every version is served, and moves stored objects to the
 * stored version. Does nothing where everything is so already. A real API server takes up to a second to check objects by a changed schema.
 * @throws KindInstallError when a version would go in which objects are still stored, when another owns the CRD's fields or the kind's name, or when
 * the API server does not serve it in time.
 */
export async function installKinds(
  client: Client,
  kinds: readonly AnyKind[],
  options: InstallOptions = {},
): Promise<readonly InstalledKind[]> {
  const definitions = await client.resource(CustomResourceDefinition, signalOf(options))
  const before = await Promise.all(kinds.map((kind) => find(definitions, (kind as KindDefinition).crd(), options)))
  const manifests = kinds.map((kind, index) => {
    const conversion = options.conversion ?? conversionIn(before[index])
    return (kind as KindDefinition).crd(conversion === undefined ? undefined : { conversion })
  })
  // All is checked before anything is changed.
  manifests.forEach((manifest, index) => {
    checkStoredVersions(manifest, before[index])
    checkConversion(kinds[index] as KindDefinition, manifest, before[index])
  })
  const installed: InstalledKind[] = []
  for (const [index, manifest] of manifests.entries()) {
    const applied = await apply(definitions, manifest, options)
    const served = await untilServed(client, definitions, manifest, options)
    const migrated = options.migrate === false ? 0 : await migrateStorage(client, served, options)
    const change =
      before[index] === undefined ? 'created' : before[index].metadata.generation === applied.metadata.generation ? 'unchanged' : 'updated'
    installed.push({ kind: manifest.spec.names.kind, change, migrated })
  }
  client.discovery.invalidate()
  return installed
}

/** Who converts already goes on: without it all versions but the stored one would no longer be served. The authority is for the program to say. */
function conversionIn(before: StoredDefinition | undefined): WebhookClientConfig | undefined {
  const conversion = before?.spec.conversion
  if (conversion?.strategy !== 'Webhook') return undefined
  const { caBundle: _, ...clientConfig } = conversion.webhook.clientConfig
  return clientConfig
}

const signalOf = ({ signal }: InstallOptions) => (signal === undefined ? {} : { signal })

async function find(
  definitions: Resource<CustomResourceDefinition>,
  { metadata }: CrdManifest,
  options: InstallOptions,
): Promise<StoredDefinition | undefined> {
  try {
    return storedDefinition(await definitions.get({ name: metadata.name }, signalOf(options)))
  } catch (error) {
    if (isNotFound(error)) return undefined
    throw error
  }
}

function checkStoredVersions({ metadata, spec }: CrdManifest, before: StoredDefinition | undefined): void {
  const versions = spec.versions.map(({ name }) => name)
  const lost = (before?.status?.storedVersions ?? []).filter((version) => !versions.includes(version))
  if (lost.length === 0) return
  throw new KindInstallError(
    metadata.name,
    `objects may still be stored in ${lost.join(', ')}, which the definition does not have any more: install a release that has both versions first, which moves the objects to ${spec.versions.find(({ storage }) => storage)!.name}`,
  )
}

/** Without the program the API server would read them as if they had been stored in the new version, and drop what that does not know. */
function checkConversion(
  { converters, kind }: KindDefinition,
  { metadata, spec }: CrdManifest,
  before: StoredDefinition | undefined,
): void {
  if (converters === undefined || spec.conversion !== undefined) return
  const storage = spec.versions.find((version) => version.storage)!.name
  const others = (before?.status?.storedVersions ?? []).filter((version) => version !== storage)
  if (others.length === 0) return
  throw new KindInstallError(
    metadata.name,
    `objects may still be stored in ${others.join(', ')}, and nothing would convert them to ${storage}: let the program serve conversion(${kind}), or install with "conversion", the address of who does`,
  )
}

async function apply(
  definitions: Resource<CustomResourceDefinition>,
  manifest: CrdManifest,
  { fieldManager, force = false, ...options }: InstallOptions,
): Promise<KubeObject> {
  try {
    return await definitions.patch(
      { name: manifest.metadata.name },
      { type: 'apply', body: manifest, force },
      { ...signalOf(options), ...(fieldManager !== undefined && { fieldManager }) },
    )
  } catch (error) {
    if (!isApiError(error) || error.code !== 409) throw error
    // The address of its webhooks a program writes by another patch when it knows it: to the API server that is another manager of the same name.
    const isOwn = ({ message }: Conflict) => message.includes(`conflict with "${fieldManager}"`)
    if (!force && fieldManager !== undefined && conflictsOf(error).every(isOwn))
      return apply(definitions, manifest, { ...options, fieldManager, force: true })
    throw new KindInstallError(
      manifest.metadata.name,
      `another field manager owns what would change: ${describeConflicts(error)}. Let it apply the new definition, or install with "force" to take the fields over`,
      { cause: error },
    )
  }
}

interface Conflict {
  readonly field: string
  readonly message: string
}

function conflictsOf({ status, message }: ApiError): readonly Conflict[] {
  const causes = status.details?.causes ?? []
  return causes.length === 0 ? [{ field: '', message }] : causes.map(({ field = '', message: told = '' }) => ({ field, message: told }))
}

function describeConflicts(error: ApiError): string {
  return conflictsOf(error)
    .map(({ field, message }) => (field === '' ? message : `${field} (${message})`))
    .join(', ')
}

/** A real server says Established, and opens the path a moment later: it is served when it answers. */
const POLL = 100

async function untilServed(
  client: Client,
  definitions: Resource<CustomResourceDefinition>,
  { metadata: { name }, spec }: CrdManifest,
  options: InstallOptions,
): Promise<StoredDefinition> {
  const { clock = systemClock, timeout = LONGEST_WAIT } = options
  const end = clock.monotonic() + timeout
  for (;;) {
    const found = storedDefinition(await definitions.get({ name }, signalOf(options)))
    const condition = (type: string) => found.status?.conditions?.find((each) => each.type === type)
    const names = condition('NamesAccepted')
    if (names?.status === 'False')
      throw new KindInstallError(
        name,
        `its names are taken: ${names.message ?? 'another CRD has them'}. Choose other names, or remove the other CRD`,
      )
    const established = condition('Established')?.status === 'True' && names?.status === 'True'
    if (established && (await answers(client, spec, options))) return found
    if (clock.monotonic() > end)
      throw new KindInstallError(
        name,
        `the API server does not serve it after ${timeout} ms: ${established ? 'it is established, and does not answer' : 'it is not established'}`,
      )
    await sleep(POLL, { clock, signal: options.signal })
  }
}

async function answers(
  client: Client,
  { group, names, versions, conversion }: CrdManifest['spec'],
  options: InstallOptions,
): Promise<boolean> {
  for (const { name } of versions.filter(({ served }) => served)) {
    try {
      await client.request('GET', `/apis/${group}/${name}/${names.plural}`, { query: { limit: '1' }, ...signalOf(options) })
    } catch (error) {
      if (isNotFound(error)) return false
      // It is served. Only its objects cannot be converted yet: whoever installs the kind may be the program that converts, and has not begun.
      if (conversion?.strategy === 'Webhook' && isApiError(error) && error.code === 500) continue
      throw error
    }
  }
  return true
}
