import type { Answer } from './side.ts'

const UID = /\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b/g
const TIME = /\b\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z/g
const TOKEN = /\beyJ[\w-]+\.[\w-]+\.[\w-]+/g
/** Every generated name of the suite begins so. */
const GENERATED = /\b(gen-|Bad_)[bcdfghjklmnpqrstvwxz2456789]{5}\b/g
const SERVICE_ADDRESS = /\b10\.96\.\d+\.\d+\b/g
const NODE_PORT = /^(?:nodePort|healthCheckNodePort)$/
const SERVER_ADDRESS = /\b127\.0\.0\.1:\d+\b/g
const HASH = /\bhash=[0-9A-Fa-f]+/g
/** An object that an error shows. */
const QUOTED_OBJECT = /"\{(?:[^"\\]|\\.)+\}"/g
/** Ages of tables. */
const AGE = /^(?:\d+[smhd])+$/
/** Of an object; the texts of conflicts and of watches that come too late have them too. */
const VERSION_IN_TEXT = /(resource ?version(?: in record)?)(\W*)\d+(?: \(\d+\))?/gi

/**
 * An answer without what no two servers have in common: uids, times, versions, addresses, ports, hashes, signatures, generated names. Versions of
 * objects are numbered in the order in which a scenario meets them: whether a write moved one is seen.
 */
export class NormalForm {
  readonly #versions = new Map<string, string>()

  of({ code, headers, body }: Answer): Answer {
    return { code, headers: this.#value(headers, '') as Answer['headers'], body: inOrder(this.#value(body, '')) }
  }

  #value(value: unknown, key: string): unknown {
    if (typeof value === 'string') return this.#text(value, key)
    if (typeof value === 'number') return NODE_PORT.test(key) ? '<port>' : value
    if (Array.isArray(value)) return (key === 'managedFields' ? byManager(value) : value).map((each) => this.#value(each, key))
    if (typeof value !== 'object' || value === null) return value
    if ('type' in value && value.type === 'BOOKMARK' && 'object' in value)
      return { ...value, object: this.#ofServer(value.object as object) }
    return 'items' in value || 'rows' in value ? this.#ofServer(value) : this.#fields(value)
  }

  #fields(value: object): object {
    return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, this.#value(each, name)]))
  }

  /** The version of a list, and of a bookmark, is that of the whole server, on which others write too. */
  #ofServer({ metadata, ...fields }: object & { readonly metadata?: unknown }): object {
    return { ...this.#fields(fields), ...(metadata !== undefined && { metadata: this.#serverMetadata(metadata) }) }
  }

  #serverMetadata(metadata: unknown): unknown {
    const { resourceVersion, ...rest } = metadata as { readonly resourceVersion?: string }
    const others = this.#value(rest, '') as object
    return resourceVersion === undefined ? others : { ...others, resourceVersion: resourceVersion === '' ? '' : '<version>' }
  }

  #text(text: string, key: string): string {
    if (key === 'resourceVersion') return this.#version(text)
    if (key === 'continue' && text !== '') return '<continue>'
    if (key === 'cells' && AGE.test(text)) return '<age>'
    return text
      .replace(UID, '<uid>')
      .replace(TIME, (time) => (/\.\d{6}Z$/.test(time) ? '<microtime>' : '<time>'))
      .replace(TOKEN, '<token>')
      .replace(GENERATED, '$1<random>')
      .replace(SERVICE_ADDRESS, '<address>')
      .replace(SERVER_ADDRESS, '<server>')
      .replace(HASH, 'hash=<hash>')
      .replace(VERSION_IN_TEXT, '$1$2<version>')
      .replace(QUOTED_OBJECT, (quoted) => JSON.stringify(JSON.stringify(sortedFields(JSON.parse(JSON.parse(quoted) as string)))))
  }

  #version(version: string): string {
    if (version === '' || version === '0') return version
    const known = this.#versions.get(version) ?? `<version ${this.#versions.size + 1}>`
    this.#versions.set(version, known)
    return known
  }
}

interface Cause {
  readonly field?: string
  readonly message?: string
}

/** Go walks maps in no order: what it says of several labels comes in another order each time. Sorted within each field, in causes and text. */
function inOrder(body: unknown): unknown {
  const { message, details } = (body ?? {}) as { readonly message?: string; readonly details?: { readonly causes?: readonly Cause[] } }
  const causes = details?.causes ?? []
  if (message === undefined || causes.length < 2) return body
  const sorted = causes.toSorted((one, other) => (one.field === other.field ? compareText(textOf(one), textOf(other)) : 0))
  const said = [...new Set(causes.map(textOf))]
  const ordered = [...new Set(sorted.map(textOf))]
  return { ...(body as object), message: message.replace(said.join(', '), ordered.join(', ')), details: { ...details, causes: sorted } }
}

const textOf = ({ field, message }: Cause): string => `${field}: ${message}`
const compareText = (one: string, other: string): number => (one < other ? -1 : one > other ? 1 : 0)

function sortedFields(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sortedFields)
  if (typeof value !== 'object' || value === null) return value
  const fields = Object.entries(value).map(([name, each]) => [name, sortedFields(each)] as const)
  return Object.fromEntries(fields.toSorted(([one], [other]) => compareText(one, other)))
}

/** They are in the order of their times, which two servers do not have in common. */
const byManager = (entries: readonly unknown[]): readonly unknown[] =>
  entries.toSorted((one, other) => compareText(managerOf(one), managerOf(other)))

function managerOf(entry: unknown): string {
  const { operation, manager, subresource = '', apiVersion } = entry as Readonly<Record<string, string>>
  return [operation, manager, subresource, apiVersion].join('/')
}
