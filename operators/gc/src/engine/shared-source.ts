import { parseLabelSelector } from 'kubewright'
import type { Target } from '../policy/target.ts'
import { type Selecting, SelectorIndex, selects } from './selector-index.ts'
import type { TargetHandler, TargetSource, TargetWatch } from './target-source.ts'

/**
 * So many different targets of one kind have a watch each, and the server selects for them; with more, one watch takes everything and we select: a
 * thousand policies are then one watch, and an event goes to those whom it may concern.
 */
const NARROW_WATCHES = 8

interface Wide {
  readonly index: SelectorIndex<Member>
  readonly watch: Promise<TargetWatch>
  members: number
}

interface Member extends Selecting {
  readonly handler: TargetHandler
}

/** Gives each policy its target, out of as few watches as that takes. */
export function sharedSource(source: TargetSource): TargetSource {
  const narrow = new Map<string, Map<string, number>>()
  const wide = new Map<string, Wide>()

  return {
    async open(target, handler) {
      const key = classOf(target)
      const targets = narrow.get(key) ?? new Map<string, number>()
      narrow.set(key, targets)
      const own = `${target.namespace ?? ''} ${target.labelSelector}`
      if (!wide.has(key) && (targets.has(own) || targets.size < NARROW_WATCHES)) {
        targets.set(own, (targets.get(own) ?? 0) + 1)
        const leave = () => {
          const left = targets.get(own)! - 1
          if (left === 0) targets.delete(own)
          else targets.set(own, left)
        }
        try {
          const watch = await source.open(target, handler)
          return {
            ...watch,
            release: async () => {
              leave()
              await watch.release()
            },
          }
        } catch (error) {
          leave()
          throw error
        }
      }
      return joinWide(source, wide, key, target, handler)
    },
  }
}

/** What one watch can serve: what is selected by fields stays with the server, for these fields may not be in what we see. */
function classOf({ kind, fieldSelector, metadataOnly }: Target): string {
  return JSON.stringify([kind.group, kind.version, kind.kind, fieldSelector, metadataOnly])
}

async function joinWide(
  source: TargetSource,
  all: Map<string, Wide>,
  key: string,
  target: Target,
  handler: TargetHandler,
): Promise<TargetWatch> {
  const shared = all.get(key) ?? openWide(source, target)
  all.set(key, shared)
  shared.members++
  const leave = async () => {
    if (--shared.members > 0) return
    if (all.get(key) === shared) all.delete(key)
    const watch = await shared.watch
    watch.close()
    await watch.release()
  }
  let watch: TargetWatch
  try {
    watch = await shared.watch
  } catch (error) {
    if (--shared.members === 0 && all.get(key) === shared) all.delete(key)
    throw error
  }
  const member: Member = { namespace: target.namespace, selector: parseLabelSelector(target.labelSelector), handler }
  shared.index.add(member)
  // What comes while the first reading lasts is told by the watch itself, and once more is no harm.
  for (const object of watch.objects()) if (selects(member, object)) handler.seen(object)
  return {
    synced: watch.synced,
    problem: () => watch.problem(),
    *objects() {
      for (const object of watch.objects()) if (selects(member, object)) yield object
    },
    get(name, namespace) {
      const object = watch.get(name, namespace)
      return object !== undefined && selects(member, object) ? object : undefined
    },
    close: () => shared.index.remove(member),
    release: leave,
  }
}

function openWide(source: TargetSource, target: Target): Wide {
  const index = new SelectorIndex<Member>()
  const watch = source.open(
    { ...target, namespace: undefined, labelSelector: '' },
    {
      seen(object, before) {
        if (before !== undefined)
          for (const member of [...index.selecting(before)]) if (!selects(member, object)) member.handler.left(before)
        for (const member of [...index.selecting(object)]) member.handler.seen(object, before)
      },
      left(object) {
        for (const member of [...index.selecting(object)]) member.handler.left(object)
      },
    },
  )
  return { index, watch, members: 0 }
}
