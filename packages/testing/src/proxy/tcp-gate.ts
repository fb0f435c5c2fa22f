import { once } from 'node:events'
import { connect, createServer, type Socket } from 'node:net'
import { LOOPBACK, portOf } from '../process/free-port.ts'

/** A door in front of a server: while it is shut, the port refuses connections, as it does when the server is not running. */
export interface TcpGate {
  readonly port: number
  /** Cuts every connection and stops listening. */
  shut(): Promise<void>
  /** Listens on the same port again. */
  open(): Promise<void>
}

export async function tcpGate(targetPort: number): Promise<TcpGate> {
  const sockets = new Set<Socket>()
  const server = createServer({ noDelay: true }, (incoming) => {
    const outgoing = connect({ port: targetPort, host: LOOPBACK, noDelay: true })
    for (const [socket, other] of [
      [incoming, outgoing],
      [outgoing, incoming],
    ] as const) {
      sockets.add(socket)
      socket.pipe(other)
      // Each side's end is the other's; what went wrong is for the two peers to find out, as it would be without the gate.
      socket.once('error', () => other.destroy())
      socket.once('close', () => {
        sockets.delete(socket)
        other.destroy()
      })
    }
  })
  const listen = async (port: number) => {
    server.listen(port, LOOPBACK)
    await once(server, 'listening')
  }
  await listen(0)
  const port = portOf(server)
  return {
    port,
    async shut() {
      if (!server.listening) return
      const closed = once(server, 'close')
      server.close()
      for (const socket of sockets) socket.destroy()
      await closed
    },
    async open() {
      if (!server.listening) await listen(port)
    },
  }
}
