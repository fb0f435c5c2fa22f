import { type Client, isNotFound, type Kind, type KubeObject, Namespace, ServiceAccount } from 'kubewright'
import { eventually } from 'kubewright/testing'

/** A namespace, and somebody who writes into it and looks at it; never through the proxy. */
export class Tenant {
  readonly namespace: string
  readonly #client: Client

  constructor(client: Client, namespace: string) {
    this.#client = client
    this.namespace = namespace
  }

  readonly at = (name: string) => ({ namespace: this.namespace, name })

  async open(): Promise<void> {
    await (await this.#client.resource(Namespace)).create({ metadata: { name: this.namespace } })
    // No pod is let in before a controller has made it.
    await eventually(
      async () => {
        if ((await this.find(ServiceAccount, 'default')) === undefined) throw new Error(`${this.namespace} has no ServiceAccount yet`)
      },
      { timeout: 60_000 },
    )
  }

  async create<T extends KubeObject>(kind: Kind<T>, object: { readonly metadata: object; readonly [field: string]: unknown }): Promise<T> {
    const placed = { ...object, metadata: { ...object.metadata, namespace: this.namespace } }
    return (await this.#client.resource(kind)).create(placed as unknown as T)
  }

  /** A merge patch. @returns the object as it is now; `undefined` when it is gone */
  async change<T extends KubeObject>(kind: Kind<T>, name: string, body: object, subresource?: string): Promise<T | undefined> {
    const resource = await this.#client.resource(kind)
    return unlessGone(resource.patch(this.at(name), { type: 'merge', body }, subresource === undefined ? {} : { subresource }))
  }

  async delete<T extends KubeObject>(kind: Kind<T>, name: string): Promise<void> {
    await unlessGone((await this.#client.resource(kind)).delete(this.at(name)))
  }

  async find<T extends KubeObject>(kind: Kind<T>, name: string): Promise<T | undefined> {
    return unlessGone((await this.#client.resource(kind)).get(this.at(name)))
  }

  async list<T extends KubeObject>(kind: Kind<T>, labelSelector?: string): Promise<readonly T[]> {
    const resource = await this.#client.resource(kind)
    return (await resource.list({ namespace: this.namespace, ...(labelSelector !== undefined && { labelSelector }) })).items
  }
}

async function unlessGone<T>(request: Promise<T>): Promise<T | undefined> {
  try {
    return await request
  } catch (error) {
    if (isNotFound(error)) return undefined
    throw error
  }
}

export const isLeaving = ({ metadata }: KubeObject) => metadata.deletionTimestamp !== undefined
