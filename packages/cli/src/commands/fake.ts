import { writeFile } from 'node:fs/promises'
import { fakeVault } from '@kubewright/testing'
import type { Command } from 'commander'
import { aborted, type OutputFormat, type Terminal } from '../terminal.ts'
import { UsageError } from '../usage-error.ts'
import { parsePort } from './port.ts'

interface FakeVaultFlags {
  readonly port: string
  readonly initFile?: string
  readonly nodes: string
  readonly state?: string
  readonly tls?: boolean
  readonly output?: OutputFormat
}

const STATES = ['dev', 'open', 'sealed', 'uninitialized'] as const

/** Adds the in-process servers to the command `fake`. */
export function defineFake(fake: Command, terminal: Terminal): void {
  fake
    .command('vault')
    .description('an in-process Vault: seal, logins, KV; nothing is kept')
    .option('--port <PORT>', 'the port of the first node, further ones 10 higher each; 0 takes free ones', '8200')
    .option('--init-file <FILE>', 'where the root token, the key shares and the addresses are written')
    .option('--nodes <NUMBER>', 'how many nodes', '1')
    .option('--state <STATE>', `one of ${STATES.join(', ')}; default dev for one node, open for several`)
    .option('--tls', 'serve https; the authority is in the file of --init-file')
    .option('--output <FORMAT>', 'text, or json for programs', 'text')
    .action((flags: FakeVaultFlags) => runFakeVault(flags, terminal))
}

async function runFakeVault(flags: FakeVaultFlags, terminal: Terminal): Promise<void> {
  const port = parsePort('--port', flags.port)
  const nodes = Number(flags.nodes)
  if (!/^[1-9]$/.test(flags.nodes)) throw new UsageError(`--nodes: "${flags.nodes}" is not a number from 1 to 9`)
  const state = STATES.find((each) => each === flags.state)
  if (flags.state !== undefined && state === undefined) throw new UsageError(`--state: "${flags.state}" is not one of ${STATES.join(', ')}`)
  if (state === 'dev' && nodes > 1) throw new UsageError('--state dev is one node; leave --nodes out, or take --state open')
  const options = { nodes, tls: flags.tls === true, ...(port !== 0 && { port }), ...(state !== undefined && { state }) }
  await using vault = await fakeVault(options)
  const addresses = vault.nodes.map(({ address }) => address)
  if (flags.initFile !== undefined) {
    const keys = { keys: vault.shares.map(({ hex }) => hex), keys_base64: vault.shares.map(({ base64 }) => base64) }
    const content = { ...keys, root_token: vault.rootToken, addresses, ...(vault.ca !== '' && { ca: vault.ca }) }
    await writeFile(flags.initFile, `${JSON.stringify(content, null, 2)}\n`, { mode: 0o600 })
  }
  if (flags.output === 'json') terminal.stdout.write(`${JSON.stringify({ addresses, initFile: flags.initFile })}\n`)
  else
    terminal.stdout.write(
      `${addresses.map((address) => `vault: ${address}\n`).join('')}${flags.initFile === undefined ? '' : `keys: ${flags.initFile}\n`}ready\n`,
    )
  await aborted(terminal.signal)
}
