import type { ServerResponse } from 'node:http'
import { setTimeout as delay } from 'node:timers/promises'
import { connectTo } from '../connect.ts'
import type { ClientOptions } from '../connection.ts'
import type { ListPart } from '../contract.ts'
import { ConfigMap } from '../kinds/index.ts'
import { type Received, scriptedServer } from './scripted-server.ts'

const MANAGED = [{ manager: 'kubectl', operation: 'Update', fieldsV1: { 'f:data': {} } }]
export const item = (name: string) => ({ metadata: { name, resourceVersion: '1', managedFields: MANAGED }, data: { k: name } })
export const list = (items: unknown, metadata: object = { resourceVersion: '9' }) => ({
  kind: 'ConfigMapList',
  apiVersion: 'v1',
  metadata,
  items,
})
export const JSON_HEAD = { 'content-type': 'application/json' }

/** A server that answers as the test says, and a client's view of its ConfigMaps. */
export async function listing(answer: (request: Received, response: ServerResponse) => void | Promise<void>, options: ClientOptions = {}) {
  const server = await scriptedServer(answer)
  const client = connectTo({ server: server.url }, { random: () => 0, ...options })
  return {
    server,
    client,
    resource: await client.resource(ConfigMap),
    async [Symbol.asyncDispose]() {
      await client.close()
      await server[Symbol.asyncDispose]()
    },
  }
}

export const brief = (part: ListPart<ConfigMap>) =>
  part.type === 'END' ? `END ${JSON.stringify(part.metadata)}` : part.object.metadata.name!

export async function all<P>(parts: AsyncIterable<P>): Promise<P[]> {
  const seen: P[] = []
  for await (const part of parts) seen.push(part)
  return seen
}

/** Reads to the end, or to what breaks it. */
export async function collect(parts: AsyncIterable<ListPart<ConfigMap>>): Promise<{ seen: string[]; error: unknown }> {
  const seen: string[] = []
  try {
    for await (const part of parts) seen.push(brief(part))
    return { seen, error: undefined }
  } catch (error) {
    return { seen, error }
  }
}

export const until = async (condition: () => boolean) => {
  while (!condition()) await delay(1)
}

/** Sends this much of a list, and then breaks the connection. */
export function breakOff(response: ServerResponse, text: string): void {
  response.writeHead(200, JSON_HEAD)
  response.write(text, () => setTimeout(() => response.socket?.destroy(), 5))
}
