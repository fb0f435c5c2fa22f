import type { DefaultContext, KubeObject } from 'kubewright'
import { AUTHOR_ANNOTATION, authorOf, authorshipOf, writeAuthor } from '../author/author.ts'
import type { Policy } from '../kinds/policies.ts'
import { changesSpec, onlyRestrains } from './change.ts'

/** Nobody else may write the record: what came in its place is overwritten. */
export function recordAuthor({ object, old, user, request }: Pick<DefaultContext<Policy>, 'object' | 'old' | 'user' | 'request'>): void {
  const metadata = object.metadata as { annotations?: Record<string, string> }
  const before = old?.metadata.annotations?.[AUTHOR_ANNOTATION]
  const write = (text: string | undefined) => {
    const { [AUTHOR_ANNOTATION]: _, ...others } = metadata.annotations ?? {}
    if (text !== undefined) metadata.annotations = { ...others, [AUTHOR_ANNOTATION]: text }
    else if (metadata.annotations !== undefined) metadata.annotations = others
  }
  const raw = request.oldObject as KubeObject | undefined
  if (old === undefined || raw === undefined || raw === null) {
    write(writeAuthor(authorOf(user), 1))
    return
  }
  if (!changesSpec(raw, object as unknown as KubeObject)) {
    write(before)
    return
  }
  const generation = (old.metadata.generation ?? 0) + 1
  // Who stops a policy need not be able to delete what it deletes; and it stays that of its author.
  const kept = onlyRestrains(raw, object as unknown as KubeObject) ? carried(old, generation) : undefined
  write(kept ?? writeAuthor(authorOf(user), generation))
}

/** Of a spec that somebody has changed past the webhook the record says nothing, and pausing must not make it so. */
function carried(old: Pick<Policy, 'metadata'>, generation: number): string | undefined {
  const authorship = authorshipOf(old)
  return authorship.is === 'known' ? writeAuthor(authorship.author, generation) : undefined
}
