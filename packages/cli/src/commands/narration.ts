import type { KubeObject } from '@kubewright/core'

/** What happened to the example objects since the last line, told in one line per kind. Pure: fed with deletions, asked for lines. */
export interface Narration {
  /** How many example objects are left, by kind. */
  readonly left: ReadonlyMap<string, number>
  readonly gone: readonly KubeObject[]
}

export function appeared(story: Narration, kind: string): Narration {
  return { ...story, left: new Map(story.left).set(kind, (story.left.get(kind) ?? 0) + 1) }
}

export function vanished(story: Narration, object: KubeObject): Narration {
  const kind = object.kind ?? ''
  return { left: new Map(story.left).set(kind, Math.max(0, (story.left.get(kind) ?? 0) - 1)), gone: [...story.gone, object] }
}

/** Names shown before the line says "and N more". */
const NAMED = 3

export function tell(story: Narration): readonly [Narration, readonly string[]] {
  const lines = [...Map.groupBy(story.gone, (object) => object.kind ?? '')].map(([kind, objects]) => {
    const names = objects
      .slice(0, NAMED)
      .map(({ metadata }) => (metadata.namespace ? `${metadata.namespace}/${metadata.name}` : metadata.name))
    const more = objects.length > NAMED ? ` and ${objects.length - NAMED} more` : ''
    return `deleted ${objects.length} ${kind}${objects.length > 1 ? 's' : ''}: ${names.join(', ')}${more}; ${story.left.get(kind) ?? 0} left`
  })
  return [{ left: story.left, gone: [] }, lines]
}
