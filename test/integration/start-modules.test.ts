// What programs load to start, as counts: each module is memory for good, and time at every start.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { build } from 'esbuild'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { BUILD_OPTIONS } from '../../scripts/build.mjs'
import { useCluster } from './harness.ts'
import { type Loaded, loadedBy } from './loaded-program.ts'

const root = dirname(dirname(import.meta.dirname))
const bench = useCluster()
const bundles = mkdtempSync(join(tmpdir(), 'kubewright-start-'))
afterAll(() => rmSync(bundles, { recursive: true }))

/** The least program there is, bundled as a user would. */
async function emptyOperator(): Promise<string> {
  const entryPoints = { empty: join(root, 'bench', 'process', 'empty-operator.ts') }
  await build({ ...BUILD_OPTIONS, entryPoints, outdir: bundles, splitting: true, sourcemap: 'linked' })
  return join(bundles, 'empty.js')
}

/** What every operator needs, and no more: no YAML, no AWS SDK, no exporter of spans. */
const LOG = [
  '@pinojs/redact',
  'atomic-sleep',
  'on-exit-leak-free',
  'pino',
  'pino-std-serializers',
  'quick-format-unescaped',
  'safe-stable-stringify',
  'sonic-boom',
  'thread-stream',
]
const LIBRARIES = ['@opentelemetry/api', 'commander', 'prom-client', 'undici', 'zod', ...LOG].sort()

/** Of Node, what is large and what no operator needs: HTTP/2 alone is 14 ms and 5 MB. */
const IDLE_OF_NODE = ['http2', 'internal/deps/undici/undici', 'inspector/promises', 'repl'].map((name) => `NativeModule ${name}`)

const IDLE =
  /^packages\/(apiserver|testing|dashboard)\/|zod\/v4\/locales\/(?!en\.|index\.)|^packages\/cli\/src\/(dev|doctor\/checks)\/|^packages\/cli\/src\/manifests\/yaml|^packages\/cli\/src\/commands\/(apiserver-|foreign-|envtest\/kube)/

/** A twentieth above what was measured: whoever adds to it sees by how much, and decides. The empty operator's bundle is as a user's: without names made short. */
const BUDGETS: Readonly<Record<string, { readonly modules: number; readonly text: number }>> = {
  'an empty operator': { modules: 560, text: 1_360_000 },
  application: { modules: 740, text: 1_780_000 },
  s3: { modules: 805, text: 1_950_000 },
  gc: { modules: 865, text: 1_990_000 },
  'vault-sync': { modules: 785, text: 1_880_000 },
  'vault-unsealer': { modules: 785, text: 1_900_000 },
}

describe.each(Object.entries(BUDGETS))('%s, to start,', (name, budget) => {
  let loaded: Loaded
  beforeAll(async () => {
    const kubeconfig = bench.cluster.kubeconfigPath
    loaded = await loadedBy(
      name === 'an empty operator' ? { kubeconfig, args: [], file: await emptyOperator() } : { kubeconfig, args: ['run', name] },
    )
  }, 120_000)

  test('loads of the libraries those alone that every operator needs', () => {
    expect(loaded.libraries).toEqual(LIBRARIES)
  })

  test('loads of the other operators their flags alone', () => {
    const others = loaded.modules.filter((module) => module.startsWith('operators/') && !module.startsWith(`operators/${name}/`))
    const flags = [
      'operators/application/src/config.ts',
      'operators/gc/src/config.ts',
      'operators/s3/src/config.ts',
      'operators/vault-sync/src/config.ts',
      'operators/vault-sync/src/kind/policies.ts',
      'operators/vault-sync/src/path/glob.ts',
      'operators/vault-sync/src/path/path-policy.ts',
      'operators/vault-unsealer/src/config.ts',
    ]
    expect(others).toEqual(name === 'an empty operator' ? [] : flags.filter((module) => !module.startsWith(`operators/${name}/`)))
  })

  test('loads nothing of what is off, or of another command: no API server, no dashboard, no test kit, no zod in other languages', () => {
    expect(loaded.modules.filter((module) => IDLE.test(module))).toEqual([])
  })

  test('loads of Node what it needs, and neither HTTP/2 nor Node’s own fetch nor the inspector', () => {
    expect(loaded.builtin).toContain('NativeModule http')
    expect(loaded.builtin.filter((module) => IDLE_OF_NODE.includes(module))).toEqual([])
  })

  test(`loads less than ${budget.modules} modules and ${budget.text} characters`, () => {
    expect(loaded.modules.length).toBeLessThan(budget.modules)
    expect(loaded.text).toBeLessThan(budget.text)
  })
})
