import { startApiServer } from '@kubewright/apiserver'
import { LOOPBACK } from '../process/free-port.ts'
import { tcpGate } from '../proxy/tcp-gate.ts'
import type { ServerUnderTest } from './server-under-test.ts'

/** The embedded API server in this process, behind a gate that can be shut: its memory is its data, so it cannot itself be stopped and started. */
export async function startEmbeddedServer(): Promise<ServerUnderTest> {
  const server = await startApiServer()
  const gate = await tcpGate(Number(new URL(server.url).port))
  return {
    connection: { ...server.connection, server: `https://${LOOPBACK}:${gate.port}` },
    halt: () => gate.shut(),
    revive: () => gate.open(),
    forgetHistory: async () => server.compact(),
    async stop() {
      await gate.shut()
      await server.stop()
    },
  }
}
