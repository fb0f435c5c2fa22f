// `kubewright apiserver --data-dir`: what it has acknowledged is there after the process was killed in the middle of its work.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Client, ConfigMap, connect } from '@kubewright/client'
import { ConnectionError } from '@kubewright/core'
import { expect, onTestFinished } from 'vitest'
import { test } from './program.ts'

/** How often the server is killed; fifty by hand: `KUBEWRIGHT_CRASH_ROUNDS=50`. */
const ROUNDS = Number(process.env['KUBEWRIGHT_CRASH_ROUNDS'] ?? 3)
const WRITERS = 8

/** What one writer knows of its own objects. Undefined: it is gone. */
class Ledger {
  /** By name, what the server has said is so. */
  readonly acknowledged = new Map<string, string | undefined>()
  /** The one write of which there was no answer: it may have happened or not. */
  unanswered: { readonly name: string; readonly value: string | undefined } | undefined

  check(found: ReadonlyMap<string, string>): void {
    for (const [name, value] of this.acknowledged) {
      const isOpen = this.unanswered?.name === name && found.get(name) === this.unanswered.value
      if (!isOpen) expect(found.get(name), name).toBe(value)
    }
    if (this.unanswered !== undefined) this.acknowledged.set(this.unanswered.name, found.get(this.unanswered.name))
    this.unanswered = undefined
  }
}

/** Creates, changes and deletes one after the other until the server is gone. @returns how many writes were answered */
async function write(client: Client, prefix: string, ledger: Ledger): Promise<number> {
  const configMaps = await client.resource(ConfigMap)
  for (let answered = 0; ; answered++) {
    const name = `${prefix}-${answered % 50}`
    const before = ledger.acknowledged.get(name)
    const value = before !== undefined && answered % 3 === 0 ? undefined : `${answered} ${'x'.repeat(answered % 2_000)}`
    ledger.unanswered = { name, value }
    try {
      if (value === undefined) await configMaps.delete({ name, namespace: 'default' })
      else if (before === undefined) await configMaps.create({ metadata: { name, namespace: 'default' }, data: { value } })
      else await configMaps.patch({ name, namespace: 'default' }, { type: 'merge', body: { data: { value } } })
    } catch (error) {
      if (!(error instanceof ConnectionError)) throw error
      return answered
    }
    ledger.acknowledged.set(name, value)
    ledger.unanswered = undefined
  }
}

test(`killed ${ROUNDS} times in the middle of writes it has lost none that it had acknowledged`, {
  timeout: 60_000 + ROUNDS * 10_000,
}, async ({ kubewright }) => {
  const folder = mkdtempSync(join(tmpdir(), 'kubewright-crash-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  const kubeconfig = join(folder, 'kubeconfig')
  const ledgers = Array.from({ length: WRITERS }, () => new Ledger())
  let writes = 0
  for (let round = 0; round <= ROUNDS; round++) {
    const server = kubewright(['apiserver', '--secure-port', '0', '--data-dir', join(folder, 'data'), '--write-kubeconfig', kubeconfig])
    await server.says(/^ready in/)
    const client = await connect({ kubeconfig })
    const found = new Map<string, string>()
    for await (const { metadata, data } of (await client.resource(ConfigMap)).items({ namespace: 'default' }))
      found.set(metadata.name!, data?.['value'] ?? '')
    for (const ledger of ledgers) ledger.check(found)
    if (round < ROUNDS) {
      const writing = Promise.all(ledgers.map((ledger, writer) => write(client, `w${writer}`, ledger)))
      setTimeout(() => server.kill('SIGKILL'), 300 + Math.random() * 700)
      for (const answered of await writing) writes += answered
    } else server.kill('SIGTERM')
    await server.ended
    await client.close()
  }
  expect(writes).toBeGreaterThan(ROUNDS * WRITERS)
  console.log(`crashes: ${ROUNDS} kills in the middle of ${writes} acknowledged writes, 0 lost`)
})
