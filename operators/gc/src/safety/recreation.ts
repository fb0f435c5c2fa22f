import { controllerOf, type KubeObject } from 'kubewright'

/** Made anew within this time after we deleted it: somebody wants it to be there. Longer, and what comes every minute by itself would look like it. */
const SOON = 10_000
/** So often, and it is a fight that nobody wins. */
const TIMES = 5

interface Lost {
  /** Monotonic ms. */
  readonly deletedAt: number
  readonly times: number
}

/** Notices that what a policy deletes comes back at once: under its name, or out of the same hands under another. */
export class RecreationWatch {
  readonly #lost = new Map<string, Lost>()
  #loop: string | undefined

  /** What comes back, when it is a loop. */
  get loop(): string | undefined {
    return this.#loop
  }

  deleted(object: KubeObject, now: number): void {
    this.#forget(now)
    const key = identityOf(object)
    if (key === undefined) return
    const times = this.#lost.get(key)?.times ?? 0
    this.#lost.delete(key)
    this.#lost.set(key, { deletedAt: now, times })
  }

  /** An object that was not there before. */
  appeared(object: KubeObject, now: number): void {
    const key = identityOf(object)
    const lost = key === undefined ? undefined : this.#lost.get(key)
    if (key === undefined || lost === undefined || now - lost.deletedAt > SOON) return
    const times = lost.times + 1
    this.#lost.set(key, { ...lost, times })
    if (times >= TIMES)
      this.#loop ??= `${describe(object)} has been made anew ${times} times, each time within ten seconds after its deletion`
  }

  /** In the order in which they were deleted, so that the oldest come first. */
  #forget(now: number): void {
    for (const [key, { deletedAt }] of this.#lost) {
      if (now - deletedAt <= 60 * SOON) return
      this.#lost.delete(key)
    }
  }
}

/** Names that a controller makes up differ each time; their maker does not. Other names that were made up come from whoever makes more of them anyway. */
function identityOf(object: KubeObject): string | undefined {
  const { namespace = '', name = '', generateName } = object.metadata
  const owner = controllerOf(object)
  if (owner !== undefined) return `owner ${owner.uid}`
  return generateName === undefined ? `name ${namespace}/${name}` : undefined
}

function describe(object: KubeObject): string {
  const { namespace, name = '' } = object.metadata
  const owner = controllerOf(object)
  const what = owner === undefined ? `"${name}"` : `what ${owner.kind} "${owner.name}" controls`
  return namespace === undefined ? what : `${what} in namespace ${namespace}`
}
