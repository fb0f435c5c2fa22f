// The container image: what is in it, what is said of it, and that it runs as it is meant to.
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { homedir, tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { buildImage } from '../../scripts/image/image.ts'
import { sha256 } from '../../scripts/image/layout.ts'
import { entriesOf } from '../../scripts/image/tar.ts'
import { canRunPods, NO_ROOT, startPod } from './pod-process.ts'
import { type BuiltLayout, buildLayout, unpack } from './unpacked-image.ts'

// It is built of what the real servers' tests fetch from elsewhere.
const isWanted = process.env['KUBEWRIGHT_TEST_SERVER'] === 'real' || process.env['KUBEWRIGHT_TEST_IMAGE'] === '1'
const NOT_WANTED = 'the image is built of 110 MB from elsewhere: KUBEWRIGHT_TEST_IMAGE=1, or `npm run test:real`, builds it'

const root = dirname(dirname(import.meta.dirname))

let folder: string
let layout: BuiltLayout
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'kubewright-oci-'))
  if (isWanted) layout = buildLayout(join(folder, 'first'))
}, 300_000)
afterAll(() => rmSync(folder, { recursive: true }))

beforeEach(({ skip }) => {
  if (!isWanted) skip(NOT_WANTED)
})

test('every blob is what its name says, and what refers to it', () => {
  for (const hash of readdirSync(join(layout.folder, 'blobs', 'sha256')))
    expect(sha256(readFileSync(join(layout.folder, 'blobs', 'sha256', hash)))).toBe(`sha256:${hash}`)
  for (const architecture of ['amd64', 'arm64']) {
    const { layers, config } = layout.image(architecture)
    expect(layers.map((layer) => sha256(gunzipSync(layout.blob(layer))))).toEqual(config.rootfs.diff_ids)
    expect(layers.map((layer) => layout.blob(layer).length)).toEqual(layers.map(({ size }) => size))
    expect(config.architecture).toBe(architecture)
  }
})

test.each(['amd64', 'arm64'])('%s is smaller than 60 MB, runs as nobody in particular and has no shell', (architecture) => {
  const { layers, config } = layout.image(architecture)
  expect(layers.reduce((sum, { size }) => sum + size, 0)).toBeLessThan(60_000_000)
  expect(config.config.User).toBe('65532:65532')
  const files = layers.flatMap((layer) => [...entriesOf(gunzipSync(layout.blob(layer)))].map(({ path }) => path))
  expect(files.filter((path) => /(^|\/)s?bin\//.test(path))).toEqual(['nodejs/bin/node'])
})

test('of each image there is said what it consists of and where it comes from', () => {
  const images = layout.entries.filter(({ platform }) => platform?.architecture !== 'unknown')
  const statements = layout.entries.filter(({ platform }) => platform?.architecture === 'unknown')
  expect(statements.map(({ annotations }) => annotations?.['vnd.docker.reference.digest'])).toEqual(images.map(({ digest }) => digest))
  for (const [at, statement] of statements.entries()) {
    const { layers } = layout.json<{ readonly layers: readonly { readonly digest: string }[] }>(statement)
    const said = layers.map((layer) => layout.json<Statement>(layer))
    expect(said.map(({ predicateType }) => predicateType)).toEqual(['https://cyclonedx.org/bom', 'https://slsa.dev/provenance/v1'])
    for (const { subject } of said) expect(`sha256:${subject[0]!.digest.sha256}`).toBe(images[at]!.digest)
    const names = said[0]!.predicate.components!.map(({ name }) => name)
    expect(names).toEqual(expect.arrayContaining(['node', 'libc6', 'undici', 'zod', 'yaml', 'pino', 'prom-client', '@aws-sdk/client-s3']))
    expect(names.filter((name) => ['vitest', 'esbuild', 'typescript', 'fast-check'].includes(name))).toEqual([])
  }
})

interface Statement {
  readonly predicateType: string
  readonly subject: readonly { readonly digest: { readonly sha256: string } }[]
  readonly predicate: { readonly components?: readonly { readonly name: string }[] }
}

test('the same parts give the same digest', async () => {
  const parts = {
    root,
    program: { files: new Map([['kubewright.mjs', Buffer.from('the program')]]), inputs: ['node_modules/zod/index.js'] },
    source: { commit: 'a'.repeat(40), changed: false },
    cache: join(process.env['XDG_CACHE_HOME'] || join(homedir(), '.cache'), 'kubewright', 'image'),
    created: 0,
    run: () => expect.unreachable('everything is in the cache'),
  }
  const first = await buildImage(parts, join(folder, 'a'))
  expect(await buildImage(parts, join(folder, 'b'))).toEqual(first)
})

test('it runs with a root that cannot be written, as the user that it names', async ({ skip }) => {
  if (!canRunPods) skip(NO_ROOT)
  using image = unpack(layout)
  const identity = { connection: { server: 'https://127.0.0.1:1' }, namespace: 'x', token: 'x' }
  const spec = { containers: [{ args: ['--version'] }], securityContext: { runAsUser: 65_532, runAsGroup: 65_532 } } as const
  const version = startPod(image, spec, identity)
  await version.says(/^\d+\.\d+\.\d+$/)
  const probe = `const fs = require('fs'); const tried = ['/x', '/app/x', '/tmp/x'].map((path) => { try { fs.writeFileSync(path, ''); return 'written' } catch (error) { return error.code } }); console.log(JSON.stringify([process.getuid(), process.getgid(), ...tried]))`
  const entry = { ...image, config: { ...image.config, Entrypoint: ['/nodejs/bin/node', '-e', probe] } }
  await startPod(entry, { ...spec, containers: [{ args: [] }] }, identity).says(/^\[65532,65532,"EROFS","EROFS","EROFS"\]$/)
})

test('its Node gives little room to new objects: what the start takes of it would stay', async ({ skip }) => {
  if (!canRunPods) skip(NO_ROOT)
  using image = unpack(layout)
  const identity = { connection: { server: 'https://127.0.0.1:1' }, namespace: 'x', token: 'x' }
  const probe = `const v8 = require('v8'); let kept = []; for (let i = 0; i < 3e6; i++) { kept.push({ i }); if (kept.length > 2e5) kept = [] }; console.log('new objects: ' + v8.getHeapSpaceStatistics().find((space) => space.space_name === 'new_space').space_size, process.env.MALLOC_ARENA_MAX)`
  const entry = { ...image, config: { ...image.config, Entrypoint: [...image.config.Entrypoint.slice(0, -1), '-e', probe] } }
  const spec = { containers: [{ args: [] }], securityContext: { runAsUser: 65_532, runAsGroup: 65_532 } } as const
  const [, bytes, arenas] = await startPod(entry, spec, identity).says(/^new objects: (\d+) (\w+)$/)
  expect(Number(bytes)).toBeLessThan(8_000_000)
  expect(arenas).toBe('2')
})
