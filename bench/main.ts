// `npm run bench -- NAME …`: runs the named measurements (all when none is named), prints their tables, keeps the raw numbers in bench/results/.
import { mkdirSync, writeFileSync } from 'node:fs'
import { cpus } from 'node:os'
import { dirname, join } from 'node:path'
import { type Result, writePage } from './page.ts'

/** What a measurement answers: rows for people, raw numbers for later. */
export interface Measurement {
  readonly title: string
  readonly columns: readonly string[]
  readonly rows: readonly (readonly string[])[]
  readonly raw: unknown
}

const BENCHMARKS: Readonly<
  Record<string, { readonly about: string; readonly load: () => Promise<{ measure: () => Promise<Measurement> }> }>
> = {
  quick: {
    about: 'some minutes on any machine, without real servers or compilers: a little of everything, beside bare Node and client-node',
    load: () => import('./quick.ts'),
  },
  'server-start': {
    about: 'the embedded API server: start() in a running process, and npm start to ready',
    load: () => import('./server-start.ts'),
  },
  process: {
    about:
      'what a process costs: start to ready and resident memory of an empty operator and of each of ours, idle, as the image runs them',
    load: () => import('./process.ts'),
  },
  'cold-sync': {
    about:
      'from the start of a process until it holds 20,000 ConfigMaps of a real kube-apiserver: ours, bare Node, controller-runtime, kube-rs, kopf, client-node',
    load: () => import('./cold-sync.ts'),
  },
  'gc-drain': {
    about: 'gc deletes due ConfigMaps on a real kube-apiserver, beside a bare client with the same connections',
    load: () => import('./gc-drain.ts'),
  },
  'gc-peers': {
    about: 'gc beside other programs that delete what is past its time, fetched and built at pinned versions, on one real kube-apiserver',
    load: () => import('./gc-peers.ts'),
  },
  'gc-lateness': {
    about: 'gc on a real kube-apiserver: how long after its time an object goes, with a thousand falling due a second',
    load: () => import('./gc-lateness.ts'),
  },
  'gc-policies': {
    about: 'gc under ten and under a thousand policies of one kind: watches, CPU per change',
    load: () => import('./gc-policies.ts'),
  },
  'gc-memory': { about: 'heap that gc takes for each of 200,000 objects that wait for their time', load: () => import('./gc-memory.ts') },
  queue: {
    about: 'reconciles per second at 100,000 keys, urgent changes behind a first list, fair shares under a noisy namespace, bytes per key',
    load: () => import('./queue.ts'),
  },
  memory: { about: 'heap per cached object, full and metadata-only, beside the bare parsed objects', load: () => import('./memory.ts') },
  faults: {
    about: 'a real kube-apiserver behind a network that misbehaves: changes missed and doubled, dead streams, failover of leaders',
    load: () => import('./faults.ts'),
  },
  'peer-defects': {
    about: 'known defects of @kubernetes/client-node, shown on the package itself: what its informer does after each fault',
    load: () => import('./peer-defects.ts'),
  },
  webhook: {
    about: 'admission hooks at rising rates over TLS, and conversion of 1,000 objects in one review',
    load: () => import('./webhook.ts'),
  },
  'real-operator': {
    about:
      'an operator with three children, a finalizer and a status on a real kube-apiserver: writes per object, conflicts, time beside bare writes',
    load: () => import('./real-operator.ts'),
  },
  'vault-sync': {
    about: 'Secrets pushed into an in-process Vault: writes at a first start, a restart, idle and per change; time until a change is there',
    load: () => import('./vault-sync.ts'),
  },
  'vault-unsealer': {
    about:
      'calls per unseal; a hundred nodes sealed at once, and three of the real Vault, beside the bare calls; one that hangs; a thousand VaultUnsealers idle',
    load: () => import('./vault-unsealer.ts'),
  },
  s3: {
    about:
      's3 and an in-process server: calls per comparison, change and rotation; 5,000 buckets at a start, at the pace of their provider',
    load: () => import('./s3.ts'),
  },
  idle: { about: 'gc with 100,000 objects under ten policies: requests and CPU of an idle minute', load: () => import('./idle.ts') },
}

const names = process.argv.slice(2)
const unknown = names.find((name) => !Object.hasOwn(BENCHMARKS, name))
if (unknown !== undefined) {
  process.stderr.write(`bench: unknown name "${unknown}"; there are:\n`)
  for (const [name, { about }] of Object.entries(BENCHMARKS)) process.stderr.write(`  ${name}: ${about}\n`)
  process.exit(2)
}
const results = join(import.meta.dirname, 'results')
mkdirSync(results, { recursive: true })
for (const name of names.length > 0 ? names : Object.keys(BENCHMARKS)) {
  const { measure } = await BENCHMARKS[name]!.load()
  const { title, columns, rows, raw } = await measure()
  process.stdout.write(`\n${title}\n`)
  const widths = columns.map((column, index) => Math.max(column.length, ...rows.map((row) => row[index]?.length ?? 0)))
  for (const row of [columns, ...rows]) process.stdout.write(`  ${row.map((cell, index) => cell.padEnd(widths[index]!)).join('  ')}\n`)
  const machine = { node: process.version, cpu: cpus()[0]?.model, cores: cpus().length, date: new Date().toISOString() }
  const result: Result = { name, title, machine, columns, rows, raw }
  writeFileSync(join(results, `${name}.json`), `${JSON.stringify(result, undefined, 2)}\n`)
}
writePage(results, join(dirname(import.meta.dirname), 'docs', 'benchmarks.md'))
process.exit(0)
