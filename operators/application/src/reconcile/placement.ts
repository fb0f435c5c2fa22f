import { controllerOf, isFieldConflict, isNotFound, type Kind, type KubeObject, type ReconcileContext } from 'kubewright'
import { CONTROLLER } from '../desired/names.ts'
import type { Application } from '../kind/application.ts'

type Context = Pick<ReconcileContext<Application>, 'object' | 'client' | 'children' | 'signal' | 'apply'>

/** Applies children, and never touches what is not the application's. */
export class Placement {
  readonly #context: Context
  readonly #conflicts: string[] = []

  constructor(context: Context) {
    this.#context = context
  }

  /** What had the name of a child and was not one. */
  get conflicts(): readonly string[] {
    return this.#conflicts
  }

  /** The child as it is now; `undefined` when it is somebody else's. */
  async place<O extends KubeObject>(kind: Kind<O>, child: O): Promise<O | undefined> {
    const held = heldBy(await this.#find(kind, child), this.#context.object)
    if (held === 'another') return this.#foreign(kind, child)
    try {
      // What was not there a moment ago, and is there now, is somebody else's, and differs: the server refuses instead of taking it over.
      return await this.#context.apply(child, { force: held === 'us' })
    } catch (error) {
      if (held === 'nobody' && isFieldConflict(error)) return this.#foreign(kind, child)
      throw error
    }
  }

  #foreign(kind: Kind<KubeObject>, { metadata }: KubeObject): undefined {
    this.#conflicts.push(`${kind.kind} "${metadata.name ?? ''}"`)
  }

  /** Of what has not our label the cache shows nothing: the first time, the server is asked. */
  async #find<O extends KubeObject>(kind: Kind<O>, { metadata: { name = '', namespace } }: O): Promise<O | undefined> {
    const { children, client, signal } = this.#context
    const child = children(kind).find((each) => each.metadata.name === name)
    if (child !== undefined) return child
    const resource = await client.resource(kind, { signal })
    return await resource.get({ name, namespace }, { signal }).catch((error: unknown) => {
      if (isNotFound(error)) return undefined
      throw error
    })
  }
}

function heldBy(live: KubeObject | undefined, { metadata }: Application): 'us' | 'another' | 'nobody' {
  if (live === undefined) return 'nobody'
  const owner = controllerOf(live)
  if (owner !== undefined) return owner.uid === metadata.uid ? 'us' : 'another'
  // Left behind by an application of this name that was deleted with --cascade=orphan: only this controller applies under its name.
  return live.metadata.managedFields?.some(({ manager, operation }) => manager === CONTROLLER && operation === 'Apply') === true
    ? 'us'
    : 'another'
}
