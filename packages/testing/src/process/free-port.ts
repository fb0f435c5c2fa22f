import { once } from 'node:events'
import { createServer, type Server } from 'node:net'

export const LOOPBACK = '127.0.0.1'

/**
 * Ports on the loopback address that were free a moment ago, all different. A foreign server cannot be handed an open socket, so another
 * process may take one meanwhile: who starts the server tries once more with new ports when it says that its port is in use.
 */
export async function freePorts(count: number): Promise<readonly number[]> {
  const held: Server[] = []
  try {
    for (let i = 0; i < count; i++) {
      const server = createServer()
      held.push(server)
      server.listen(0, LOOPBACK)
      await once(server, 'listening')
    }
    return held.map(portOf)
  } finally {
    await Promise.all(held.map((server) => new Promise((closed) => server.close(closed))))
  }
}

/** The port a server really listens on. @throws Error when it listens on none. */
export function portOf(server: Pick<Server, 'address'>): number {
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('the server does not listen on a port')
  return address.port
}
