import { type KubeObject, matchesFields, matchesLabels, parseFieldSelector, parseLabelSelector } from '@kubewright/core'
import type { ScopePart } from './scope.ts'

/** Whether the server would send the object to a watch with these selectors, as far as the object itself tells. */
export function selects({ labelSelector, fieldSelector }: Pick<ScopePart, 'labelSelector' | 'fieldSelector'>, object: KubeObject): boolean {
  if (labelSelector !== undefined && !matchesLabels(parseLabelSelector(labelSelector), object.metadata.labels)) return false
  return fieldSelector === undefined || matchesFields(parseFieldSelector(fieldSelector), (path) => fieldOf(object, path))
}

/** Nearly all fields that servers select by are where their names say. */
function fieldOf(object: KubeObject, path: string): string | undefined {
  let value: unknown = object
  for (const step of path.split('.'))
    value = typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[step] : undefined
  return value === undefined || value === null ? undefined : String(value)
}
