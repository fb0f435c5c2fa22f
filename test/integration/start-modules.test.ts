// What `kubewright run gc` loads, as counts: each module is memory for good, and time at every start.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, relative } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { useCluster } from './harness.ts'
import { startProgram } from './program.ts'

const root = dirname(dirname(import.meta.dirname))
const preload = pathToFileURL(join(import.meta.dirname, 'loaded-modules.mjs')).href
const bench = useCluster()

interface Loaded {
  /** Files of the repository that are in what was loaded, from its root. */
  readonly modules: readonly string[]
  /** Characters of the bundles that were loaded. */
  readonly text: number
  /** Node's own. */
  readonly builtin: readonly string[]
}

const folder = mkdtempSync(join(tmpdir(), 'kubewright-loaded-'))
let loaded: Loaded
beforeAll(async () => {
  const file = join(folder, 'loaded.json')
  const args = [
    'run',
    'gc',
    '--kubeconfig',
    bench.cluster.kubeconfigPath,
    '--metrics-bind-address',
    '127.0.0.1:0',
    '--health-probe-bind-address',
    '127.0.0.1:0',
  ]
  const program = startProgram(args, { env: { NODE_OPTIONS: `--import=${preload}`, LOADED_MODULES: file } })
  try {
    await program.says(/"message":"starting"/)
    program.kill('SIGTERM')
    expect(await program.ended).toBe(0)
  } finally {
    program.kill('SIGKILL')
  }
  const { files, builtin } = JSON.parse(readFileSync(file, 'utf8')) as {
    readonly files: readonly string[]
    readonly builtin: readonly string[]
  }
  const bundles = files.map((url) => fileURLToPath(url)).filter((path) => path.includes('/packages/cli/dist/'))
  loaded = {
    modules: [...new Set(bundles.flatMap(sourcesOf))].sort(),
    text: bundles.reduce((sum, path) => sum + readFileSync(path, 'utf8').length, 0),
    builtin,
  }
}, 120_000)
afterAll(() => rmSync(folder, { recursive: true }))

function sourcesOf(bundle: string): readonly string[] {
  const { sources } = JSON.parse(readFileSync(`${bundle}.map`, 'utf8')) as { readonly sources: readonly string[] }
  return sources.map((source) => relative(root, join(dirname(bundle), source)))
}

const libraryOf = (module: string) => /node_modules\/((?:@[^/]+\/)?[^/]+)(?!.*node_modules)/.exec(module)?.[1]

test('of the libraries those alone are loaded that every operator needs: no AWS SDK, no exporter of spans', () => {
  const libraries = new Set(loaded.modules.flatMap((module) => libraryOf(module) ?? []))
  const pino = [
    'pino',
    'pino-std-serializers',
    '@pinojs/redact',
    'atomic-sleep',
    'on-exit-leak-free',
    'quick-format-unescaped',
    'safe-stable-stringify',
  ]
  const expected = [
    ...pino,
    'sonic-boom',
    'thread-stream',
    '@opentelemetry/api',
    'bintrees',
    'commander',
    'prom-client',
    'tdigest',
    'undici',
    'yaml',
    'zod',
  ]
  expect([...libraries].sort()).toEqual(expected.sort())
})

test('of the other operators the flags alone are loaded', () => {
  expect(loaded.modules.filter((module) => /^operators\/(?!gc\/)/.test(module))).toEqual([
    'operators/application/src/config.ts',
    'operators/s3/src/config.ts',
    'operators/vault-sync/src/config.ts',
    'operators/vault-sync/src/kind/policies.ts',
    'operators/vault-sync/src/path/glob.ts',
    'operators/vault-sync/src/path/path-policy.ts',
    'operators/vault-unsealer/src/config.ts',
  ])
})

test('nothing is loaded of what is off, or of another command: no API server, no page of the dashboard, no test kit, no zod in other languages', () => {
  const idle =
    /^packages\/(apiserver|testing|vault|dashboard\/src\/(generated|page))\/|zod\/v4\/locales\/(?!en\.|index\.)|^packages\/cli\/src\/(dev|doctor\/checks)\//
  expect(loaded.modules.filter((module) => idle.test(module))).toEqual([])
})

test('of Node neither its own fetch is loaded, nor the inspector', () => {
  expect(loaded.builtin).toContain('NativeModule http')
  expect(
    loaded.builtin.filter((name) => ['NativeModule internal/deps/undici/undici', 'NativeModule inspector/promises'].includes(name)),
  ).toEqual([])
})

test('a start loads less than 1,050 modules and 2.5 MB of text', () => {
  expect(loaded.modules.length).toBeLessThan(1_050)
  expect(loaded.text).toBeLessThan(2_500_000)
})
