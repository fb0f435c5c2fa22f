import { type Client, type ObjectName, Secret } from '@kubewright/client'
import { isAlreadyExists, isConflict, isNotFound } from '@kubewright/core'
import { dataOf, type Material, materialOf, type SecretData } from './material.ts'
import type { MaterialStore, Stored } from './rotator.ts'

/** On the Secret, with whatever value: a new authority is made, and the annotation goes. */
export const ROTATE_ANNOTATION = 'kubewright.dev/rotate'

/** The certificates of all replicas, in a Secret of type kubernetes.io/tls. */
export class SecretStore implements MaterialStore {
  readonly #client: Client
  readonly #name: ObjectName

  constructor(client: Client, name: ObjectName) {
    this.#client = client
    this.#name = name
  }

  async read(signal: AbortSignal): Promise<Stored> {
    const secret = await this.#find(signal)
    return {
      material: secret?.data === undefined ? undefined : materialOf(secret.data as SecretData),
      resourceVersion: secret?.metadata.resourceVersion,
      asked: secret?.metadata.annotations?.[ROTATE_ANNOTATION] !== undefined,
    }
  }

  async write(material: Material, { resourceVersion }: Stored, signal: AbortSignal): Promise<boolean> {
    const { name, namespace } = this.#name
    const secrets = await this.#client.resource(Secret, { signal })
    try {
      if (resourceVersion === undefined) {
        const metadata = { name, ...(namespace !== undefined && { namespace }) }
        await secrets.create({ apiVersion: 'v1', kind: 'Secret', metadata, type: 'kubernetes.io/tls', data: dataOf(material) }, { signal })
        return true
      }
      const secret = await secrets.get(this.#name, { signal })
      if (secret.metadata.resourceVersion !== resourceVersion) return false
      const annotations = { ...secret.metadata.annotations }
      if (material.is === 'announcing') delete annotations[ROTATE_ANNOTATION]
      await secrets.update({ ...secret, metadata: { ...secret.metadata, annotations }, data: dataOf(material) }, { signal })
      return true
    } catch (error) {
      if (isConflict(error) || isAlreadyExists(error) || isNotFound(error)) return false
      throw error
    }
  }

  async #find(signal: AbortSignal): Promise<Secret | undefined> {
    const secrets = await this.#client.resource(Secret, { signal })
    return await secrets.get(this.#name, { signal }).catch((error: unknown) => {
      if (isNotFound(error)) return undefined
      throw error
    })
  }
}
