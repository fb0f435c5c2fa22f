import { diffJsonPatch, type KubeObject, parsePointer } from 'kubewright'

/** One difference, at a JSON pointer. Values are JSON; `undefined`: there is none. */
export interface Change {
  readonly path: string
  readonly before: string | undefined
  readonly after: string | undefined
}

/** These differ in any case, or are nobody's to restore. */
const OF_THE_SERVER = ['uid', 'resourceVersion', 'generation', 'creationTimestamp', 'selfLink', 'managedFields']

/** What an object will have otherwise than `before` has it. Secret values are told by their length alone. */
export function changesBetween(before: KubeObject, after: KubeObject): readonly Change[] {
  const [from, to] = [comparable(before), comparable(after)]
  const isSecret = after.kind === 'Secret' && after.apiVersion === 'v1'
  return diffJsonPatch(from, to).map((operation) => {
    const path = parsePointer(operation.path)
    const text = (document: unknown) => valueText(valueAt(document, path), path, isSecret)
    return { path: operation.path, before: text(from), after: text(to) }
  })
}

function comparable(object: KubeObject): unknown {
  const { metadata, status: _, ...fields } = object as KubeObject & { readonly status?: unknown }
  return { ...fields, metadata: Object.fromEntries(Object.entries(metadata).filter(([field]) => !OF_THE_SERVER.includes(field))) }
}

function valueAt(document: unknown, path: readonly string[]): unknown {
  return path.reduce<unknown>((value, key) => {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return undefined
    return (value as Readonly<Record<string, unknown>>)[key]
  }, document)
}

/** kubectl writes the whole manifest into it, with the values of a Secret. */
const LAST_APPLIED = 'kubectl.kubernetes.io/last-applied-configuration'

function valueText(value: unknown, path: readonly string[], isSecret: boolean): string | undefined {
  if (value === undefined) return undefined
  const json = JSON.stringify(value)
  const [first, second, third] = path
  const hidden =
    (isSecret && (first === 'data' || first === 'stringData')) ||
    (first === 'metadata' &&
      second === 'annotations' &&
      (isSecret ? third === undefined || third === LAST_APPLIED : third === LAST_APPLIED))
  return hidden ? `(${json.length} characters)` : json
}
