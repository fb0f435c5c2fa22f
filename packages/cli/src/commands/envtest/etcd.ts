import { once } from 'node:events'
import { createServer } from 'node:http'
import { ConfigurationError } from '@kubewright/core'
import { aborted, type Terminal } from '../../terminal.ts'

/** Until the program is asked to stop: says that it is healthy, and that it is no etcd. @throws ConfigurationError when it cannot listen */
export async function standInForEtcd(urls: string | undefined, terminal: Terminal): Promise<void> {
  const listening = (urls ?? 'http://127.0.0.1:2379').split(',').map((each) => new URL(each))
  const servers = listening.map(() =>
    createServer((request, response) => {
      const isHealth = request.url === '/health' || request.url === '/readyz' || request.url === '/livez'
      response.writeHead(isHealth ? 200 : 501, { 'content-type': 'application/json' })
      response.end(
        JSON.stringify(isHealth ? { health: 'true', reason: '' } : { error: 'this is not etcd: the API server keeps its objects itself' }),
      )
    }),
  )
  try {
    await Promise.all(
      servers.map(async (server, index) => {
        const { hostname, port } = listening[index]!
        server.listen(Number(port), hostname.replace(/^\[|\]$/g, ''))
        await once(server, 'listening').catch((error: unknown) => {
          throw new ConfigurationError(`--listen-client-urls: cannot listen on ${listening[index]!.host}: ${(error as Error).message}`, {
            cause: error,
          })
        })
      }),
    )
    await aborted(terminal.signal)
  } finally {
    for (const server of servers) {
      server.close()
      server.closeAllConnections()
    }
  }
}
