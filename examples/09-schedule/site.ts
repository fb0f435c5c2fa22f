// Not the operator: a page on the web, such as there are many. PUT changes it. `node site.ts HOST:PORT` runs it.
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface Site extends AsyncDisposable {
  readonly url: string
  /** How often it was fetched. */
  readonly visits: number
  text: string
}

export async function startSite(port = 0): Promise<Site> {
  const page = { text: 'good morning', visits: 0 }
  const server = createServer(async (request, response) => {
    if (request.method === 'PUT') page.text = Buffer.concat(await request.toArray()).toString()
    else page.visits++
    response.end(request.method === 'PUT' ? '' : page.text)
  }).listen(port, '127.0.0.1')
  await once(server, 'listening')
  return Object.assign(page, {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  })
}

if (import.meta.main) {
  const site = await startSite(Number(process.argv[2]?.split(':')[1] ?? 0))
  console.log(`the site is at ${site.url}`)
  process.once('SIGTERM', () => void site[Symbol.asyncDispose]())
}
