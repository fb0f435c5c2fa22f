// Helm as a person has it, in both majors that are in use.
import { spawn } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { serverFolders } from '@kubewright/testing'
import { parseAllDocuments } from 'yaml'

export const CHART = join(dirname(dirname(import.meta.dirname)), 'deploy', 'chart', 'kubewright')
export const HELMS = ['helm-3.17', 'helm-4.1'] as const
export type HelmName = (typeof HELMS)[number]

const pathOf = (name: HelmName) =>
  serverFolders()
    .map((folder) => join(folder, name))
    .find(existsSync)

export const NO_HELM = 'Helm is not in the folder of the test servers: `npm run servers` brings it'
/** With the real servers a missing program is a failure; without them, `npm test` needs none. */
export const isHelmWanted = process.env['KUBEWRIGHT_TEST_SERVER'] === 'real' || HELMS.every((name) => pathOf(name) !== undefined)

export interface Manifest {
  readonly apiVersion: string
  readonly kind: string
  readonly metadata: {
    readonly name: string
    readonly namespace?: string
    readonly labels?: Record<string, string>
    readonly annotations?: Record<string, string>
  }
  readonly [field: string]: unknown
}

export type Values = Readonly<Record<string, unknown>>

export interface Ended {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

/** Runs it to its end, with nothing of the machine's own settings. */
export async function helm(
  name: HelmName,
  args: readonly string[],
  options: { readonly kubeconfig?: string; readonly values?: Values } = {},
): Promise<Ended> {
  const home = mkdtempSync(join(tmpdir(), 'helm-'))
  const { kubeconfig, values } = options
  try {
    const file = join(home, 'values.json')
    if (values !== undefined) writeFileSync(file, JSON.stringify(values))
    const child = spawn(pathOf(name) ?? name, [...args, ...(values === undefined ? [] : ['--values', file])], {
      env: { PATH: process.env['PATH'], HOME: home, ...(kubeconfig !== undefined && { KUBECONFIG: kubeconfig }) },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    const said = { stdout: '', stderr: '' }
    for (const stream of ['stdout', 'stderr'] as const)
      child[stream].on('data', (chunk: Buffer) => {
        said[stream] += chunk.toString()
      })
    const code = await new Promise<number | null>((resolve, reject) => {
      child.once('error', reject)
      child.once('close', resolve)
    })
    return { code, ...said }
  } finally {
    rmSync(home, { recursive: true })
  }
}

export const NAMESPACE = 'operators'

/** What the chart makes of these values. @throws Error with Helm's words */
export async function render(values: Values, name: HelmName = 'helm-4.1', chart = CHART): Promise<readonly Manifest[]> {
  const { code, stdout, stderr } = await helm(name, ['template', 'kubewright', chart, '--namespace', NAMESPACE], { values })
  if (code !== 0) throw new Error(stderr)
  return parseAllDocuments(stdout)
    .map((document) => document.toJS() as Manifest | null)
    .filter((document) => document !== null)
}

/** `{ a: { b: value } }` of `a.b`; names of operators have no dots. */
export function valueAt(path: string, value: unknown): Values {
  return path.split('.').reduceRight((inner: unknown, key) => ({ [key]: inner }), value) as Values
}

/** The later wins, part by part. */
export function merged(first: Values, ...others: readonly Values[]): Values {
  const [second, ...more] = others
  return second === undefined ? first : merged(mergedTwo(first, second), ...more)
}

function mergedTwo(a: Values, b: Values): Values {
  const isMap = (value: unknown): value is Values => typeof value === 'object' && value !== null && !Array.isArray(value)
  const both = Object.entries(b).map(([key, value]) => {
    const before = a[key]
    return [key, isMap(value) && isMap(before) ? mergedTwo(before, value) : value] as const
  })
  return { ...a, ...Object.fromEntries(both) }
}
