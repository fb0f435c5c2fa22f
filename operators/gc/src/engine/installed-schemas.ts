import { type Client, isApiError, isForbidden, type Kind, type KubeObject, type Logger, messageOf, type Reachability } from 'kubewright'
import type { FactSource } from '../facts/fact-source.ts'
import { ClusterGarbageCollectionPolicy, GarbageCollectionPolicy } from '../kinds/policies.ts'
import { prunedFields } from '../kinds/pruned-fields.ts'
import type { PolicyProblem } from '../policy/policy.ts'

export interface InstalledSchemasEnvironment {
  readonly client: Pick<Client, 'resource'>
  readonly facts: Pick<FactSource, 'kindsChanged'>
  readonly reachability: Pick<Reachability, 'failed' | 'pause'>
  readonly log: Pick<Logger, 'warn'>
  /** An answer of {@link InstalledSchemas.problemOf} has become another. */
  readonly changed: () => void
}

const DEFINITION: Kind<KubeObject> = { group: 'apiextensions.k8s.io', version: 'v1', kind: 'CustomResourceDefinition' }
const KINDS = [GarbageCollectionPolicy, ClusterGarbageCollectionPolicy]
const RETRY = 1_000
/** A definition that changed is told; should that get lost, it is looked at again so often. */
const LOOK_AGAIN = 10 * 60_000
/** More field names would make no better sentence. */
const TOLD = 5

/**
 * Whether the definitions of policies in the cluster have all the fields that this operator knows. From a policy that was written under an older one the
 * server has taken the others away, `paused` and limits among them, and nobody can tell.
 */
export class InstalledSchemas {
  readonly #environment: InstalledSchemasEnvironment
  readonly #problems = new Map<string, PolicyProblem>()
  readonly #known = Promise.withResolvers<void>()

  constructor(environment: InstalledSchemasEnvironment) {
    this.#environment = environment
  }

  /** Resolves when they have been looked at once, or cannot be. */
  get known(): Promise<void> {
    return this.#known.promise
  }

  /** Why policies of the kind do nothing. */
  problemOf(kind: string): PolicyProblem | undefined {
    return this.#problems.get(kind)
  }

  async run(signal: AbortSignal): Promise<void> {
    const { facts, reachability } = this.#environment
    try {
      while (!signal.aborted) {
        if (!(await this.#look(signal))) {
          await reachability.pause(RETRY, signal)
          continue
        }
        this.#known.resolve()
        const over = new AbortController()
        const ended = AbortSignal.any([signal, over.signal])
        const waits = [reachability.pause(LOOK_AGAIN, ended), facts.kindsChanged(ended)]
        await Promise.race(waits).finally(() => over.abort(new Error('the wait is over')))
        await Promise.allSettled(waits)
      }
    } catch (error) {
      if (!signal.aborted) throw error
    } finally {
      this.#known.resolve()
    }
  }

  /** Whether there was an answer. */
  async #look(signal: AbortSignal): Promise<boolean> {
    const { client, log, reachability, changed } = this.#environment
    const before = JSON.stringify([...this.#problems])
    try {
      const definitions = await client.resource(DEFINITION, { signal })
      for (const kind of KINDS)
        this.#judge(kind, await read(() => definitions.list({ fieldSelector: `metadata.name=${kind.plural}.${kind.group}`, signal })))
    } catch (error) {
      signal.throwIfAborted()
      reachability.failed(error)
      if (!isApiError(error)) return false
      log.warn('whether the definitions of policies are as new as the operator cannot be seen', { error: messageOf(error) })
    }
    if (JSON.stringify([...this.#problems]) !== before) changed()
    return true
  }

  #judge(kind: (typeof KINDS)[number], installed: KubeObject | undefined): void {
    const pruned = installed === undefined ? [] : prunedFields(installed, kind.crd() as unknown as KubeObject, kind.version)
    if (pruned.length === 0) {
      this.#problems.delete(kind.kind)
      return
    }
    const more = pruned.length > TOLD ? ` and ${pruned.length - TOLD} more` : ''
    this.#problems.set(kind.kind, {
      reason: 'CRDOutdated',
      message: `nothing is deleted, because the installed definition of ${kind.kind} is older than the operator: the server has taken fields away from policies, perhaps from this one (${pruned.slice(0, TOLD).join(', ')}${more}). Apply the operator's CustomResourceDefinitions, then the policy again`,
    })
  }
}

/** A right that is missing, or a definition, tells nothing: whoever installs with fewer rights is no worse off than without this check. */
async function read(ask: () => Promise<{ readonly items: readonly KubeObject[] }>): Promise<KubeObject | undefined> {
  try {
    return (await ask()).items[0]
  } catch (error) {
    if (isForbidden(error)) return undefined
    throw error
  }
}
