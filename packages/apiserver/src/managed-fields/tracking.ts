import { type DynamicObject, deepEqual, formatTime, type ManagedFieldsEntry } from '@kubewright/core'
import type { Schema } from '../schema/index.ts'
import { Refusal } from '../status/index.ts'
import { allFields, appliedFields, compareFields } from './comparison.ts'
import { FieldSet, printPath } from './field-set.ts'
import { fieldsOfLastApplied, withLastApplied } from './last-applied.ts'
import { type Manager, type ManagerId, printManager, readManagers, sameManager, writeManagers } from './managers.ts'
import { mergeApplied, pruneApplied } from './merge.ts'

export interface Tracking {
  readonly schema: Schema | undefined
  readonly manager: ManagerId
  /** Wall-clock milliseconds. */
  readonly now: number
  /** Fields that writes through this endpoint cannot change, and so cannot own: `status` on the main one. */
  readonly ignored?: FieldSet
}

const fields = (...names: readonly string[]): FieldSet => new FieldSet(false, new Map(names.map((name) => [`f:${name}`, FieldSet.leaf])))

/** The server's own fields, and those by which an object is found. */
const UNOWNED = fields('apiVersion', 'kind').union(
  new FieldSet(
    false,
    new Map([
      [
        'f:metadata',
        fields(
          'creationTimestamp',
          'deletionGracePeriodSeconds',
          'deletionTimestamp',
          'generation',
          'managedFields',
          'name',
          'namespace',
          'resourceVersion',
          'selfLink',
          'uid',
        ),
      ],
    ]),
  ),
)

export const statusFields = fields('status')
/** What writes to `/status` cannot own: everything but `status`, and what they may write of the metadata. */
export function desiredFields(object: DynamicObject, metadata: 'all' | 'annotations' | undefined): FieldSet {
  const desired = fields(...Object.keys(object).filter((key) => key !== 'status' && (key !== 'metadata' || metadata === undefined)))
  return metadata === 'annotations' ? desired.union(new FieldSet(false, new Map([['f:metadata', fields('labels')]]))) : desired
}

function own(set: FieldSet, { ignored }: Tracking): FieldSet {
  const stripped = set.without(UNOWNED)
  const metadata = stripped.children.get('f:metadata')
  // `metadata` as such is no field that anybody could take away.
  const rest = metadata?.member
    ? new FieldSet(false, new Map([...stripped.children, ['f:metadata', new FieldSet(false, metadata.children)]]))
    : stripped
  // Without nothing, to drop what has become empty.
  return rest.without(ignored ?? FieldSet.empty)
}

/** managedFields after a create, an update or a patch: whoever changed a field owns it, alone. `before` is the empty object for a create. */
export function trackUpdate(before: DynamicObject, after: DynamicObject, tracking: Tracking): readonly ManagedFieldsEntry[] | undefined {
  const kept = before.metadata.managedFields
  const sent = after.metadata.managedFields
  if (isReset(sent)) return undefined
  const isRewritten = tracking.manager.subresource === undefined && areOwners(sent) && !deepEqual(sent, kept)
  const managers = readManagers(isRewritten ? sent : kept)
  // Once forgotten, owners are not written down again before somebody applies.
  if (managers.length === 0 && before.metadata.uid !== undefined) return undefined
  const { added, modified, removed } = compareFields(before, after, tracking.schema)
  const changed = own(added.union(modified), tracking)
  const gone = removed.without(UNOWNED)
  if (changed.isEmpty && gone.isEmpty) return isRewritten ? writeManagers(managers) : kept
  const others = managers
    .filter((manager) => !sameManager(manager, tracking.manager))
    .map((manager) => ({ ...manager, fields: manager.fields.difference(changed).difference(gone) }))
  const mine = managers.find((manager) => sameManager(manager, tracking.manager))?.fields ?? FieldSet.empty
  const self: Manager = { ...tracking.manager, time: formatTime(tracking.now), fields: mine.difference(gone).union(changed) }
  return writeManagers([...others, self])
}

/**
 * A client may write the owners anew: `kubectl apply --server-side` so makes the fields of its client-side past its own, or what the configuration no
 * longer names would stay for ever. What cannot be read is not taken, and neither is nothing at all: not every client keeps what it does not know.
 */
const areOwners = (entries: readonly ManagedFieldsEntry[] = []): boolean =>
  entries.some(({ fieldsV1 }) => !FieldSet.fromJson(fieldsV1).isEmpty) &&
  entries.every(({ operation, fieldsType }) => (operation === 'Apply' || operation === 'Update') && fieldsType === 'FieldsV1')

/** `[{}]` is the documented way to forget all owners. */
const isReset = (entries: readonly ManagedFieldsEntry[] | undefined): boolean =>
  entries?.length === 1 && Object.keys(entries[0]!).length === 0

/** The object after a server-side apply. @throws Refusal 409 when a field belongs to another manager and `force` is not set. */
export function applyConfiguration(
  live: DynamicObject,
  config: DynamicObject,
  tracking: Tracking & { readonly force: boolean },
): DynamicObject {
  const { schema } = tracking
  const managers = knownManagers(live, tracking)
  const previous = managers.find((manager) => sameManager(manager, tracking.manager))
  const others = managers.filter((manager) => manager !== previous)
  const named = appliedFields(config, schema)
  const applied = own(named, tracking)
  // With the fields that find the object, which nobody owns: `metadata` must not go because its last label does.
  const owned = others.reduce((set, manager) => set.union(manager.fields), named)
  const merged = mergeApplied(live, config, schema)
  const result = (previous === undefined ? merged : pruneApplied(merged, previous.fields, owned, schema)) as DynamicObject
  const { added, modified, removed } = compareFields(live, result, schema)
  const changed = own(added.union(modified), tracking)
  const mine = fieldsOfLastApplied(tracking.manager.manager, live, schema)
  const conflicts = others
    .map((manager) => ({ manager, set: manager.fields.intersection(changed).difference(mine) }))
    .filter(({ set }) => !set.isEmpty)
  if (conflicts.length > 0 && !tracking.force) throw applyConflict(conflicts)
  const left = others.map((manager) => ({ ...manager, fields: manager.fields.difference(changed).difference(removed) }))
  // Who only comes to share what is there already gets no time: the real server sets it when the object itself changes.
  const isUnchanged = added.isEmpty && modified.isEmpty && removed.isEmpty
  const time = isUnchanged ? previous?.time : formatTime(tracking.now)
  const entries = writeManagers([...left, { ...tracking.manager, ...(time === undefined ? {} : { time }), fields: applied }])
  const annotated = withLastApplied(tracking.manager.manager, result, config)
  const { managedFields: _old, ...metadata } = annotated.metadata
  return { ...annotated, metadata: entries === undefined ? metadata : { ...metadata, managedFields: entries } }
}

/** What was there before anybody applied belongs to a manager of that name, so that the first who applies does not silently take it. */
function knownManagers(live: DynamicObject, tracking: Tracking): readonly Manager[] {
  const managers = readManagers(live.metadata.managedFields)
  if (managers.length > 0 || live.metadata.uid === undefined) return managers
  const fields = own(allFields(live, tracking.schema), tracking)
  const { apiVersion } = tracking.manager
  return [
    {
      manager: 'before-first-apply',
      operation: 'Update',
      apiVersion,
      time: formatTime(tracking.now),
      fields: new FieldSet(false, fields.children),
    },
  ]
}

function applyConflict(conflicts: readonly { readonly manager: Manager; readonly set: FieldSet }[]): Refusal {
  const each = [...conflicts]
    .sort((a, b) => (a.manager.manager < b.manager.manager ? -1 : 1))
    .flatMap(({ manager, set }) => [...set.paths()].map((path) => ({ who: printManager(manager), field: printPath(path) })))
  const causes = each.map(({ who, field }) => ({ reason: 'FieldManagerConflict', message: `conflict with ${who}`, field }))
  const [only] = each
  const text =
    each.length === 1
      ? `1 conflict: conflict with ${only!.who}: ${only!.field}`
      : `${each.length} conflicts: ${[...Map.groupBy(each, ({ who }) => who)]
          .map(([who, all]) => [`conflicts with ${who}:`, ...all.map(({ field }) => `- ${field}`)].join('\n'))
          .join('\n')}`
  return new Refusal(409, 'Conflict', `Apply failed with ${text}`, { causes })
}

/** Whether two states differ in nothing but the times in managedFields, which is no change. */
export function sameButTimes(a: DynamicObject, b: DynamicObject): boolean {
  const timeless = (object: DynamicObject) => ({
    ...object,
    metadata: {
      ...object.metadata,
      resourceVersion: undefined,
      managedFields: object.metadata.managedFields?.map((entry) => ({ ...entry, time: undefined })),
    },
  })
  return deepEqual(timeless(a), timeless(b))
}
