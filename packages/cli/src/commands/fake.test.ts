import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { type AddressInfo, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { eventually } from '@kubewright/testing'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { runCommandLine } from '../command-line.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'fake-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

function terminal() {
  const written: string[] = []
  const errors: string[] = []
  const stop = new AbortController()
  return {
    written,
    errors,
    stop,
    terminal: {
      stdout: { write: (text: string) => written.push(text) },
      stderr: { write: (text: string) => errors.push(text) },
      environment: {},
      signal: stop.signal,
      insistence: new AbortController().signal,
    },
  }
}

test('an in-process Vault serves until it is asked to stop, and its shares open it', async () => {
  const { written, stop, terminal: given } = terminal()
  const file = join(folder, 'init.json')
  const running = runCommandLine(['fake', 'vault', '--port', '0', '--state', 'sealed', '--init-file', file, '--output', 'json'], given)
  await eventually(() => expect(written).toHaveLength(1))
  const { addresses } = JSON.parse(written[0]!) as { readonly addresses: readonly [string] }
  const { keys } = JSON.parse(readFileSync(file, 'utf8')) as { readonly keys: readonly string[] }
  expect(statSync(file).mode & 0o777).toBe(0o600)
  let sealed = true
  for (const key of keys.slice(0, 3)) {
    const answer = await fetch(`${addresses[0]}/v1/sys/unseal`, { method: 'PUT', body: JSON.stringify({ key }) })
    sealed = ((await answer.json()) as { readonly sealed: boolean }).sealed
  }
  expect(sealed).toBe(false)
  stop.abort()
  expect(await running).toBe(0)
})

test.each([
  [['--nodes', '0'], '--nodes: "0"'],
  [['--state', 'ajar'], '--state: "ajar" is not one of'],
  [['--state', 'dev', '--nodes', '3'], '--state dev is one node'],
  [['--port', 'x'], '--port: "x" is no port'],
])('%j is wrong usage', async (flags, message) => {
  const { errors, terminal: given } = terminal()
  expect(await runCommandLine(['fake', 'vault', ...flags], given)).toBe(2)
  expect(errors.join('')).toContain(message)
})

test('an in-process S3 serves its dialect until it is asked to stop, and tells the secret that it made', async () => {
  const { written, stop, terminal: given } = terminal()
  const running = runCommandLine(
    ['fake', 's3', '--port', '0', '--access-key', 'AKIATEST', '--dialect', 'wasabi', '--output', 'json'],
    given,
  )
  await eventually(() => expect(written).toHaveLength(1))
  const { address, accessKey, secretKey } = JSON.parse(written[0]!) as Readonly<Record<string, string>>
  expect(accessKey).toBe('AKIATEST')
  expect(secretKey).toMatch(/^.{40}$/)
  const answer = await fetch(`${address}/bucket`)
  expect([answer.status, await answer.text()]).toEqual([404, expect.stringContaining('<Code>NoSuchBucket</Code>')])
  stop.abort()
  expect(await running).toBe(0)
})

test('a secret that the caller gave is not printed', async () => {
  const { written, stop, terminal: given } = terminal()
  const running = runCommandLine(['fake', 's3', '--port', '0', '--secret-key', 'given-secret'], given)
  await eventually(() => expect(written.join('')).toContain('ready'))
  expect(written.join('')).not.toContain('given-secret')
  stop.abort()
  expect(await running).toBe(0)
})

test.each([
  [['--dialect', 'gcs'], '--dialect: "gcs" is not one of aws, wasabi'],
  [['--ca-file', 'x'], '--ca-file is for --tls'],
  [['--access-key', 'a b'], '--access-key: "a b"'],
  [['--secret-key', ''], '--secret-key is empty'],
])('s3: %j is wrong usage', async (flags, message) => {
  const { errors, terminal: given } = terminal()
  expect(await runCommandLine(['fake', 's3', '--port', '0', ...flags], given)).toBe(2)
  expect(errors.join('')).toContain(message)
})

test.each(['vault', 's3'])('a port that another program has is told of with its flag: %s', async (server) => {
  const other = createServer()
  other.listen(0, '127.0.0.1')
  await once(other, 'listening')
  const { port } = other.address() as AddressInfo
  try {
    const { errors, terminal: given } = terminal()
    expect(await runCommandLine(['fake', server, '--port', String(port)], given)).toBe(1)
    const problem = `--port: port ${port} is in use by another program: choose another one, or 0 for a free one`
    expect(errors.join('')).toBe(`kubewright: ${problem} (KW-LISTEN)\n`)
  } finally {
    other.close()
    await once(other, 'close')
  }
})
