// Not the operator: the API of a cloud that sells databases, such as there are many. `node cloud.ts` runs it.
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface Database {
  readonly id: string
  /** Whatever the customer wants to find it by. */
  readonly tag: string
  readonly size: number
  readonly state: 'creating' | 'running'
}

export interface Cloud extends AsyncDisposable {
  readonly url: string
  readonly databases: ReadonlyMap<string, Database>
  /** From now on: `refuse` answers everything with 503; `lose` does what is ordered and hangs up, `hang` does what is ordered and never answers. */
  trouble: 'none' | 'lose' | 'refuse' | 'hang'
}

export async function startCloud(port = 0): Promise<Cloud> {
  const databases = new Map<string, Database>()
  const cloud = { trouble: 'none' as Cloud['trouble'] }

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', 'http://cloud')
    const id = url.pathname.split('/')[2] ?? ''
    const text = Buffer.concat(await request.toArray()).toString()
    const isOrder = request.method !== 'GET'
    const say = (code: number, body: unknown) => {
      if (isOrder && cloud.trouble === 'lose') response.destroy()
      else if (!isOrder || cloud.trouble !== 'hang')
        response.writeHead(code, { 'content-type': 'application/json' }).end(JSON.stringify(body))
    }
    if (cloud.trouble === 'refuse') return void response.writeHead(503).end()
    if (request.method === 'GET')
      return say(
        200,
        [...databases.values()].filter(({ tag }) => tag === url.searchParams.get('tag')),
      )
    if (request.method === 'DELETE') return say(databases.delete(id) ? 200 : 404, {})
    const { size, tag } = JSON.parse(text) as Pick<Database, 'size' | 'tag'>
    if (size > 100) return say(422, { message: 'the largest size is 100' })
    if (request.method === 'PUT' && !databases.has(id)) return say(404, {})
    const key = request.headers['idempotency-key']
    const known = databases.get(id) ?? [...databases.values()].find((database) => database.tag === key)
    const database: Database = { id: randomUUID(), tag, state: 'creating', ...known, size }
    databases.set(database.id, database)
    setTimeout(() => databases.has(database.id) && databases.set(database.id, { ...database, state: 'running' }), 300)
    say(200, database)
  }

  const server = createServer((request, response) => {
    answer(request, response).catch(() => response.destroy())
  }).listen(port, '127.0.0.1')
  await once(server, 'listening')
  return Object.assign(cloud, {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    databases,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  })
}

if (import.meta.main) {
  const cloud = await startCloud(Number(process.argv[2] ?? 0))
  console.log(`the cloud is at ${cloud.url}`)
  process.once('SIGTERM', () => void cloud[Symbol.asyncDispose]())
}
