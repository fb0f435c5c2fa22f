import type { Clock, DynamicObject, ListMeta } from '@kubewright/core'
import { apiVersionOfResource, type StoredResource, served } from '../registry/resource.ts'
import type { Entry } from '../storage/index.ts'
import { renderTable, type Table, type TableOptions } from '../table/index.ts'
import type { Answer } from './exchange.ts'
import type { Representation } from './media-type.ts'
import { loadYaml, YAML_LAYOUT } from './yaml-dialect.ts'

const META_VERSION = 'meta.k8s.io/v1'

/** How objects of one resource are written for one client. */
export interface Presenter {
  /** An object by itself. */
  object(entry: Entry): Buffer | string
  /** An object that is not, or not yet, in the store: a dry run's result. */
  loose(object: DynamicObject): string
  list(entries: readonly Entry[], metadata: ListMeta): Buffer | string
  /** The object of a bookmark at a revision. */
  bookmark(revision: number, annotations?: Readonly<Record<string, string>>): string
}

export interface PresenterOptions {
  readonly representation: Representation
  readonly includeObject: TableOptions['includeObject']
  /** A watch lives long, and its tables count ages to the time of each event. */
  readonly clock: Clock
}

export function presenterOf(resource: StoredResource, options: PresenterOptions): Presenter {
  switch (options.representation.as) {
    case 'object':
      return wholeObjects(resource)
    case 'metadata':
    case 'metadata-list':
      return metadataOnly(resource)
    case 'table':
      return tables(resource, options)
  }
}

function bookmarkOf(type: object, revision: number, annotations?: Readonly<Record<string, string>>): string {
  return JSON.stringify({ ...type, metadata: { resourceVersion: String(revision), ...(annotations === undefined ? {} : { annotations }) } })
}

function wholeObjects(resource: StoredResource): Presenter {
  const apiVersion = apiVersionOfResource(resource)
  const type = { kind: resource.kind, apiVersion }
  const view = viewOf(resource)
  const whole = (stored: DynamicObject) => JSON.stringify({ ...type, ...served(resource, stored) })
  // Built-in lists carry the type once; lists of custom resources carry it in every item.
  const item = (stored: DynamicObject) => {
    if (resource.custom !== undefined) return whole(stored)
    const { kind: _kind, apiVersion: _apiVersion, ...rest } = served(resource, stored)
    return JSON.stringify(rest)
  }
  const itemView = resource.custom === undefined ? `item ${view}` : view
  return {
    object: (entry) => entry.encoded(view, whole),
    loose: (object) => JSON.stringify({ ...type, ...object }),
    list: (entries, metadata) =>
      joined(
        { kind: resource.listKind, apiVersion, metadata: resource.custom === undefined ? metadata : { continue: '', ...metadata } },
        entries.map((entry) => entry.encoded(itemView, item)),
      ),
    bookmark: (revision, annotations) => bookmarkOf(type, revision, annotations),
  }
}

/** What a converter makes is shown in its form; another converter may make something else of the same object. */
function viewOf({ group, version, conversion }: StoredResource): string {
  const apiVersion = apiVersionOfResource({ group, version })
  return conversion?.id === undefined ? apiVersion : `${apiVersion} ${conversion.id}`
}

function metadataOnly(resource: StoredResource): Presenter {
  const type = { kind: 'PartialObjectMetadata', apiVersion: META_VERSION }
  const partial = ({ metadata }: DynamicObject) => JSON.stringify({ ...type, metadata })
  const isConverted = resource.conversion?.prepare !== undefined
  const encode = (entry: Entry) =>
    isConverted
      ? entry.encoded(`metadata ${viewOf(resource)}`, (object) => partial(served(resource, object)))
      : entry.encoded('metadata', partial)
  return {
    object: encode,
    loose: partial,
    list: (entries, metadata) => joined({ kind: 'PartialObjectMetadataList', apiVersion: META_VERSION, metadata }, entries.map(encode)),
    bookmark: (revision, annotations) => bookmarkOf(type, revision, annotations),
  }
}

function tables(resource: StoredResource, { includeObject, clock }: PresenterOptions): Presenter {
  const render = (objects: readonly DynamicObject[], metadata: ListMeta): Table =>
    renderTable(resource, objects, {
      now: clock.now(),
      metadata,
      ...(includeObject === undefined ? {} : { includeObject }),
      ...(resource.custom === undefined ? {} : { columns: resource.custom.columns }),
    })
  let hasDescribed = false
  // Only the first table of a watch says what its columns are.
  const once = (table: Table) => {
    const columnDefinitions = hasDescribed ? null : table.columnDefinitions
    hasDescribed = true
    return JSON.stringify({ ...table, columnDefinitions })
  }
  const one = (object: DynamicObject) => once(render([object], { resourceVersion: object.metadata.resourceVersion ?? '' }))
  return {
    object: (entry) => one(served(resource, entry.object)),
    loose: one,
    list: (entries, metadata) =>
      JSON.stringify(
        render(
          entries.map((entry) => served(resource, entry.object)),
          metadata,
        ),
      ),
    bookmark(revision, annotations) {
      const resourceVersion = String(revision)
      const metadata = { resourceVersion, ...(annotations === undefined ? {} : { annotations }) }
      // The row of an object that has nothing but its metadata.
      return once(render([{ ...resource.empty(), metadata }], { resourceVersion }))
    },
  }
}

/** The items' bytes are copied, never parsed or printed again. */
function joined(head: object, items: readonly Buffer[]): Buffer {
  const opening = Buffer.from(`${JSON.stringify(head).slice(0, -1)},"items":[`)
  const comma = Buffer.from(',')
  return Buffer.concat([opening, ...items.flatMap((item, index) => (index === 0 ? [item] : [comma, item])), Buffer.from(']}\n')])
}

const NEWLINE = 0x0a

/** Go ends what it encodes with a newline, and `kubectl get --raw` shows an answer as it came: without one the shell's prompt stands behind it. */
function ended(json: Buffer | string): Buffer | string {
  if (typeof json === 'string') return `${json}\n`
  return json.at(-1) === NEWLINE ? json : Buffer.concat([json, Buffer.of(NEWLINE)])
}

/** Turns JSON into what the client asked for. */
export async function answerWith(code: number, json: Buffer | string, { encoding }: Representation): Promise<Answer> {
  if (encoding === 'json') return { code, headers: { 'content-type': 'application/json' }, body: ended(json) }
  const { stringify } = await loadYaml()
  return {
    code,
    headers: { 'content-type': 'application/yaml' },
    body: stringify(JSON.parse(json.toString()), { version: '1.1', sortMapEntries: true, ...YAML_LAYOUT }),
  }
}
