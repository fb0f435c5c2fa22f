import { evaluateJsonPath, type JsonPath, parseJsonPath } from 'kubewright'

/** A path into objects, parsed once: `status.phase`, `metadata.annotations.a\.b/c`, `status.conditions[?(@.type=="Complete")].lastTransitionTime`. */
export interface FieldPath {
  readonly text: string
  /** Whether it reads nothing but metadata, so that objects need not be loaded whole. */
  readonly metadataOnly: boolean
  all(object: unknown): readonly unknown[]
  first(object: unknown): unknown
}

/** @throws Error naming the position of what is wrong. */
export function parseFieldPath(text: string): FieldPath {
  const path: JsonPath = parseJsonPath(text)
  const [start] = path.steps
  const all = (object: unknown) => evaluateJsonPath(path, object)
  return {
    text,
    metadataOnly: start?.kind === 'field' && start.name === 'metadata',
    all,
    first: (object) => all(object)[0],
  }
}
