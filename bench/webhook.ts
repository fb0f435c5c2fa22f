// B6: a mutating and a validating hook on Pods of 10 KB over TLS with kept connections, at rates that rise; conversion of 1,000 objects in one review.
// The program has one core, and who asks has another, so that what is measured is the answering and not the asking.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startTestCluster } from 'kubewright/testing'
import type { Measurement } from './main.ts'
import type { Load, LoadResult } from './webhook/load.ts'
import { canHurry, canPin, PinnedProcess } from './webhook/pinned.ts'
import type { Target, Usage } from './webhook/program.ts'

const RATES = [100, 500, 1_000, 2_000]
const SECONDS = 10
const CONVERTED = 1_000
/** Of the program; the other one asks. */
const CORE = 0

interface Round extends LoadResult {
  readonly what: string
  readonly rate: number
  readonly usage: Usage
}

export async function measure(): Promise<Measurement> {
  await using cluster = await startTestCluster({ server: 'embedded' })
  const folder = mkdtempSync(join(tmpdir(), 'kubewright-bench-'))
  const kubeconfig = join(folder, 'kubeconfig')
  writeFileSync(kubeconfig, cluster.kubeconfig)
  try {
    await using program = new PinnedProcess('program.ts', CORE, { KUBECONFIG: kubeconfig })
    await using asker = new PinnedProcess('load.ts', CORE + 1)
    const target = await program.ask<Target>('target')
    const rounds: Round[] = []
    const run = async (what: string, rate: number, path: string, body: string) => {
      const load: Load = { ...target, seconds: SECONDS, rate, path, body }
      await asker.ask(load)
      await program.ask('usage')
      const result = await asker.hears<LoadResult>()
      rounds.push({ what, rate, ...result, usage: await program.ask<Usage>('usage') })
    }
    for (const side of ['mutate', 'validate'])
      for (const rate of RATES) await run(side, rate, `/${side}--v1-pod?timeout=10s`, admissionReview())
    await run(`convert ${CONVERTED} objects`, 4, '/convert', conversionReview())
    program.send('stop')
    return report(rounds)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

function report(rounds: readonly Round[]): Measurement {
  const sizes = `Pods of ${Math.round(admissionReview().length / 1024)} KB, conversion of ${CONVERTED} objects in ${Math.round(conversionReview().length / 1024)} KB`
  const pinned = canPin() ? 'the program on one core, who asks on another' : 'program and asker not pinned: the machine cannot'
  const where = `${pinned}${canHurry() ? ', both before other programs of the machine' : ''}`
  return {
    title: `webhooks: ${SECONDS} s each over TLS with kept connections; ${sizes}; ${where}. "Others" is what other programs took of the core meanwhile`,
    columns: [
      'what',
      'asked/s',
      'answered/s',
      'p50 ms',
      'p99 ms',
      'p99.9 ms',
      'CPU',
      'CPU µs each',
      'longest GC ms',
      'others',
      'asked late p99 ms',
      'failed',
    ],
    rows: rounds.map(({ what, rate, perSecond, p50, p99, p999, late99, failed, usage }) => {
      const { cpu, wall, longestCollection, busy } = usage
      const others = Math.max(0, (busy[CORE] ?? 0) - cpu)
      const number = (value: number) => String(Math.round(value * 100) / 100)
      const percent = (part: number) => `${Math.round((part / wall) * 100)} %`
      const each = (cpu * 1000) / (rate * SECONDS)
      return [
        what,
        ...[rate, perSecond, p50, p99, p999].map(number),
        percent(cpu),
        String(Math.round(each)),
        number(longestCollection),
        percent(others),
        number(late99),
        number(failed),
      ]
    }),
    raw: rounds,
  }
}

function admissionReview(): string {
  const env = Array.from({ length: 100 }, (_, index) => ({
    name: `VARIABLE_${index}`,
    value: `a value of some length, number ${index}, as people have them`,
  }))
  const object = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'a', namespace: 'default', labels: { app: 'a' } },
    spec: { containers: [{ name: 'a', image: 'registry.example.dev/a:1', env }] },
  }
  const request = {
    uid: '00000000-0000-0000-0000-000000000000',
    kind: { group: '', version: 'v1', kind: 'Pod' },
    resource: { group: '', version: 'v1', resource: 'pods' },
    name: 'a',
    namespace: 'default',
    operation: 'CREATE',
    userInfo: { username: 'bench' },
    object,
    oldObject: null,
    dryRun: false,
  }
  return JSON.stringify({ apiVersion: 'admission.k8s.io/v1', kind: 'AdmissionReview', request })
}

function conversionReview(): string {
  const objects = Array.from({ length: CONVERTED }, (_, index) => ({
    apiVersion: 'bench.dev/v1beta1',
    kind: 'Box',
    metadata: {
      name: `box-${index}`,
      namespace: 'default',
      uid: String(index),
      labels: { app: 'bench' },
      creationTimestamp: '2026-01-01T00:00:00Z',
    },
    spec: { size: index },
  }))
  const request = { uid: 'u', desiredAPIVersion: 'bench.dev/v1', objects }
  return JSON.stringify({ apiVersion: 'apiextensions.k8s.io/v1', kind: 'ConversionReview', request })
}
