import { randomBytes } from 'node:crypto'
import { writeFile } from 'node:fs/promises'
import { type DialectName, fakeS3, fakeVault } from '@kubewright/testing'
import type { Command } from 'commander'
import { aborted, type OutputFormat, type Terminal } from '../terminal.ts'
import { UsageError } from '../usage-error.ts'
import { listening, parsePort } from './port.ts'

interface FakeVaultFlags {
  readonly port: string
  readonly initFile?: string
  readonly nodes: string
  readonly state?: string
  readonly tls?: boolean
  readonly output?: OutputFormat
}

interface FakeS3Flags {
  readonly port: string
  readonly accessKey: string
  readonly secretKey?: string
  readonly region: string
  readonly dialect: string
  readonly tls?: boolean
  readonly caFile?: string
  readonly output?: OutputFormat
}

const DIALECTS = ['aws', 'wasabi', 'minio', 'ceph', 'seaweedfs'] as const satisfies readonly DialectName[]

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
  fake
    .command('s3')
    .description('an in-process S3 with IAM and STS at the same address: signatures, policies, versions, locks; nothing is kept')
    .option('--port <PORT>', '0 takes a free one', '9000')
    .option('--access-key <ID>', 'of the account’s root', 'AKIAADMIN')
    .option('--secret-key <SECRET>', 'of the account’s root; default: a random one, which is printed')
    .option('--region <REGION>', 'which signatures and buckets are for', 'us-east-1')
    .option('--dialect <NAME>', `whose manners it has: ${DIALECTS.join(', ')}`, 'aws')
    .option('--tls', 'serve https')
    .option('--ca-file <FILE>', 'where the authority of --tls is written')
    .option('--output <FORMAT>', 'text, or json for programs', 'text')
    .action((flags: FakeS3Flags) => runFakeS3(flags, terminal))
}

async function runFakeS3(flags: FakeS3Flags, terminal: Terminal): Promise<void> {
  const port = parsePort('--port', flags.port)
  const dialect = DIALECTS.find((each) => each === flags.dialect)
  if (dialect === undefined) throw new UsageError(`--dialect: "${flags.dialect}" is not one of ${DIALECTS.join(', ')}`)
  if (flags.caFile !== undefined && flags.tls !== true) throw new UsageError('--ca-file is for --tls; add it, or leave --ca-file out')
  if (!/^\w{3,128}$/.test(flags.accessKey))
    throw new UsageError(`--access-key: "${flags.accessKey}" is no id of a key: it has 3 to 128 letters and digits`)
  if (flags.secretKey === '') throw new UsageError('--secret-key is empty; leave it out for a random one')
  const secretAccessKey = flags.secretKey ?? randomBytes(30).toString('base64url')
  const credentials = { accessKeyId: flags.accessKey, secretAccessKey }
  const options = { dialect, region: flags.region, credentials, tls: flags.tls === true, ...(port !== 0 && { port }) }
  await using s3 = await listening('--port', () => fakeS3(options))
  if (flags.caFile !== undefined) await writeFile(flags.caFile, s3.ca)
  // A secret that the caller gave is his; only one that was made here has to be told.
  const made = flags.secretKey === undefined ? { secretKey: secretAccessKey } : {}
  if (flags.output === 'json')
    terminal.stdout.write(`${JSON.stringify({ address: s3.address, region: s3.region, accessKey: flags.accessKey, ...made })}\n`)
  else {
    const secret = flags.secretKey === undefined ? `secret key: ${secretAccessKey}\n` : ''
    terminal.stdout.write(`s3, iam, sts: ${s3.address}\nregion: ${s3.region}\naccess key: ${flags.accessKey}\n${secret}ready\n`)
  }
  await aborted(terminal.signal)
}

async function runFakeVault(flags: FakeVaultFlags, terminal: Terminal): Promise<void> {
  const port = parsePort('--port', flags.port)
  const nodes = Number(flags.nodes)
  if (!/^[1-9]$/.test(flags.nodes)) throw new UsageError(`--nodes: "${flags.nodes}" is not a number from 1 to 9`)
  const state = STATES.find((each) => each === flags.state)
  if (flags.state !== undefined && state === undefined) throw new UsageError(`--state: "${flags.state}" is not one of ${STATES.join(', ')}`)
  if (state === 'dev' && nodes > 1) throw new UsageError('--state dev is one node; leave --nodes out, or take --state open')
  const options = { nodes, tls: flags.tls === true, ...(port !== 0 && { port }), ...(state !== undefined && { state }) }
  await using vault = await listening('--port', () => fakeVault(options))
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
