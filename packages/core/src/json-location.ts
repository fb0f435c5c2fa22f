import { isJsonObject, withoutProperty, withProperty } from './json-object.ts'
import { formatPointer } from './json-pointer.ts'

/** Something is not where it has to be for a change. The one who applies the change says which change it was. */
export class Misfit extends Error {}

type Tokens = readonly string[]

/** The value at a location. @throws Misfit when there is none. */
export function valueAt(document: unknown, path: Tokens): unknown {
  return path.reduce((node, token, depth) => child(node, token, path.slice(0, depth + 1)), document)
}

/** A copy with `value` inserted into a list, or set in an object. @throws Misfit when the parent does not exist or the index is beyond the end. */
export function addAt(document: unknown, path: Tokens, value: unknown): unknown {
  return changeAt(document, path, value, (parent, token) => {
    if (!Array.isArray(parent)) return withProperty(asObject(parent, path.slice(0, -1)), token, value)
    return parent.toSpliced(token === '-' ? parent.length : indexIn(parent.length + 1, token, path), 0, value)
  })
}

/** A copy with another value at a location. @throws Misfit when there is none yet. */
export function replaceAt(document: unknown, path: Tokens, value: unknown): unknown {
  return changeAt(document, path, value, (parent, token) => {
    child(parent, token, path)
    return withChild(parent, token, value)
  })
}

/** A copy without the value at a location. @throws Misfit when there is none, or it is the whole document. */
export function removeAt(document: unknown, path: Tokens): unknown {
  if (path.length === 0) throw new Misfit('the whole document cannot be removed')
  return changeAt(document, path, undefined, (parent, token) => {
    child(parent, token, path)
    return Array.isArray(parent) ? parent.toSpliced(Number(token), 1) : withoutProperty(asObject(parent, path), token)
  })
}

/** Copies the nodes on the way to the location's parent, which `change` makes anew; `root` is the result where the location is the document. */
function changeAt(document: unknown, path: Tokens, root: unknown, change: (parent: unknown, token: string) => unknown): unknown {
  const descend = (node: unknown, depth: number): unknown => {
    const token = path[depth]!
    if (depth === path.length - 1) return change(node, token)
    return withChild(node, token, descend(child(node, token, path.slice(0, depth + 1)), depth + 1))
  }
  return path.length === 0 ? root : descend(document, 0)
}

function child(node: unknown, token: string, path: Tokens): unknown {
  if (Array.isArray(node)) return node[indexIn(node.length, token, path)]
  if (!isJsonObject(node) || !Object.hasOwn(node, token)) throw new Misfit(`"${formatPointer(path)}" does not exist`)
  return node[token]
}

function withChild(node: unknown, token: string, value: unknown): unknown {
  return Array.isArray(node) ? node.with(Number(token), value) : withProperty(node as Readonly<Record<string, unknown>>, token, value)
}

function asObject(node: unknown, path: Tokens): Readonly<Record<string, unknown>> {
  if (isJsonObject(node)) return node
  throw new Misfit(`"${formatPointer(path)}" is neither an object nor a list`)
}

function indexIn(length: number, token: string, path: Tokens): number {
  if (!/^(0|[1-9][0-9]*)$/.test(token)) throw new Misfit(`"${formatPointer(path)}" does not exist: "${token}" is no index of a list`)
  const index = Number(token)
  if (index >= length) throw new Misfit(`"${formatPointer(path)}" does not exist: the list is shorter`)
  return index
}
