import { optionsOfFlags, SERVER_FLAGS, type ServerFlags, startApiServer } from '@kubewright/apiserver'
import { ConfigurationError } from '@kubewright/core'
import { LOOPBACK } from '../process/free-port.ts'
import { tcpGate } from '../proxy/tcp-gate.ts'
import type { ServerUnderTest } from './server-under-test.ts'

/** What the real server of a test cluster is started with, too: one suite must not pass on one because it allows more. */
const LIKE_REAL: ServerFlags = { 'authorization-mode': 'RBAC' }

/** Flags of the real server whose effect the embedded one always has. */
const ALWAYS = new Set(['enable-aggregator-routing'])

/** The embedded API server in this process, behind a gate that can be shut: its memory is its data, so it cannot itself be stopped and started. */
export async function startEmbeddedServer(apiServerFlags: readonly string[]): Promise<ServerUnderTest> {
  const server = await startApiServer(await optionsOfFlags({ ...LIKE_REAL, ...parsed(apiServerFlags) }))
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

/** @throws ConfigurationError for a flag that has no effect here: a test that gave it for nothing would prove nothing */
function parsed(flags: readonly string[]): ServerFlags {
  const pairs = flags.map((flag) => {
    const [name = '', ...value] = flag.replace(/^--/, '').split('=')
    return [name, value.join('=')] as const
  })
  const unknown = pairs.find(([name]) => !ALWAYS.has(name) && !SERVER_FLAGS.some((each) => each === name))
  if (unknown !== undefined)
    throw new ConfigurationError(
      `apiServerFlags: the embedded API server does not know --${unknown[0]}: give it on a real one alone, or leave it out`,
    )
  return Object.fromEntries(pairs.filter(([name]) => !ALWAYS.has(name)))
}
