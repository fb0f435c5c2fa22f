import { createServer } from 'node:http'
import { request } from 'node:https'
import type { AddressInfo } from 'node:net'
import type { ClusterConnection } from '@kubewright/client'

/** The same cluster at another address, at which it says that it is of an old version. */
export async function startOldServer(cluster: ClusterConnection, gitVersion: string): Promise<{ readonly url: string; stop(): void }> {
  const ca = Buffer.from(cluster.caData ?? '', cluster.caData?.startsWith('-----') ? 'utf8' : 'base64')
  const server = createServer((asked, answer) => {
    if (asked.url === '/version') {
      answer.setHeader('content-type', 'application/json')
      answer.end(JSON.stringify({ gitVersion }))
      return
    }
    const { method, headers } = asked
    const forwarded = request(new URL(asked.url ?? '/', cluster.server), { method, headers, ca }, (reply) => {
      answer.writeHead(reply.statusCode ?? 502, reply.headers)
      reply.pipe(answer)
    })
    forwarded.on('error', (error) => answer.destroy(error))
    asked.pipe(forwarded)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    stop: () => {
      server.closeAllConnections()
      server.close()
    },
  }
}
