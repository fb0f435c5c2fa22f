import type { Client } from 'kubewright'
import { type Cached, identityOf } from './cached.ts'

/** Where a program's caches and the server are not the same, in words. */
export async function cacheDifferences(client: Client, cached: readonly Cached[]): Promise<readonly string[]> {
  const words = await Promise.all(cached.map(async (each) => compared(each, await serverHas(client, each))))
  return words.flat()
}

export function compared({ kind, objects }: Pick<Cached, 'kind' | 'objects'>, server: readonly string[]): readonly string[] {
  const [held, there] = [new Set(objects), new Set(server)]
  return [
    ...there
      .difference(held)
      .values()
      .map((object) => `the cache has no ${kind.kind} ${object}`),
    ...held
      .difference(there)
      .values()
      .map((object) => `the cache has ${kind.kind} ${object}, the server has not`),
  ]
}

async function serverHas(client: Client, { kind, parts }: Cached): Promise<readonly string[]> {
  const resource = await client.resource(kind)
  const found = await Promise.all(
    parts.map(async ({ namespace, except, labelSelector, fieldSelector }) => {
      const { items } = await resource.list({
        ...(namespace !== undefined && { namespace }),
        ...(labelSelector !== undefined && { labelSelector }),
        ...(fieldSelector !== undefined && { fieldSelector }),
      })
      return items.filter(({ metadata }) => !except.includes(metadata.namespace ?? ''))
    }),
  )
  return found.flat().map(identityOf)
}
