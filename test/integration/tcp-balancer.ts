import type { AddressInfo } from 'node:net'
import { connect, createServer, type Socket } from 'node:net'
import { onTestFinished } from 'vitest'

export interface TcpBalancer {
  readonly port: number
  /** New connections go to these ports in turn; those that are open stay where they are, as behind a Service. */
  use(...ports: readonly number[]): void
}

/** What a Service is to an API server: one address before several replicas. */
export async function tcpBalancer(): Promise<TcpBalancer> {
  let targets: readonly number[] = []
  let turn = 0
  const open = new Set<Socket>()
  const server = createServer((incoming) => {
    const port = targets[turn++ % Math.max(1, targets.length)]
    if (port === undefined) return void incoming.destroy()
    const outgoing = connect(port, '127.0.0.1')
    for (const [from, to] of [
      [incoming, outgoing],
      [outgoing, incoming],
    ] as const) {
      open.add(from)
      from.pipe(to)
      // One side's end is the other's, and the test sees it in its own requests.
      from.on('error', () => to.destroy())
      from.on('close', () => open.delete(from))
    }
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    for (const socket of open) socket.destroy()
    server.close()
  })
  return {
    port: (server.address() as AddressInfo).port,
    use(...ports) {
      targets = ports
    },
  }
}
