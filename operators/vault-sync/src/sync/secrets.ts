import { type Client, isNotFound, Secret } from 'kubewright'
import type { SecretContent } from '../desired/content.ts'

/**
 * The Secrets by name, as the server has them now. Nothing is cached: of all Secrets in the cluster this program holds the values of those that it
 * is writing, for as long as it writes them.
 */
export async function readSecrets(
  client: Client,
  namespace: string,
  names: readonly string[],
  signal: AbortSignal,
): Promise<ReadonlyMap<string, SecretContent | undefined>> {
  const resource = await client.resource(Secret, { signal })
  const read = async (name: string): Promise<readonly [string, SecretContent | undefined]> => {
    try {
      const { type, data = {} } = await resource.get({ namespace, name }, { signal })
      return [name, { type, data: new Map(Object.entries(data).map(([key, value]) => [key, Buffer.from(value, 'base64')])) }]
    } catch (error) {
      if (isNotFound(error)) return [name, undefined]
      throw error
    }
  }
  return new Map(await Promise.all(names.map(read)))
}
