// `npm run conformance [-- LIST… --only REGEX --parallel N]`: upstream's end-to-end specs on the embedded API server, each list on a server of
// its own and each spec in a process of its own. $KUBEWRIGHT_E2E is the built e2e.test (docs/apiserver/conformance.md says how to build it). Fails when
// the specs that fail are not the ones that docs/apiserver/parity.yaml names.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { parseArgs } from 'node:util'
import { serverCache } from '../packages/testing/src/process/executables.ts'
import { compare, expectedFailures, failureIn, focusOf, type Outcome, parseSpecs, type Spec } from './conformance-specs.ts'

const root = dirname(import.meta.dirname)
/** The lists, and who works behind the API in each: on the real server, too, the first two have no node. */
const LISTS: Readonly<Record<string, string>> = { 'apiserver-alone': '*,-pod', 'controller-manager': '*,-pod', 'played-nodes': '*' }
/** Seconds; the slowest spec takes 100 on an idle machine. */
const SPEC_TIMEOUT = 240
/** Specs about scheduling want two nodes, and a cluster of ours begins with one. */
const SECOND_NODE = { apiVersion: 'v1', kind: 'Node', metadata: { name: 'second', labels: { 'kubernetes.io/hostname': 'second' } } }

interface Site {
  readonly e2e: string
  readonly kubectl: string
  readonly kubeconfig: string
  readonly logs: string
}

async function runSpec({ e2e, kubectl, kubeconfig, logs }: Site, spec: Spec, number: number): Promise<Outcome> {
  const cluster = ['--provider=skeleton', '--num-nodes=0', '--allowed-not-ready-nodes=-1', '--minStartupPods=0']
  const quiet = ['--dump-logs-on-failure=false', '--report-dir=', '-ginkgo.no-color', '-ginkgo.silence-skips']
  const files = [`--kubeconfig=${kubeconfig}`, `--kubectl-path=${kubectl}`]
  const child = spawn(e2e, [...files, ...cluster, ...quiet, `-ginkgo.focus=${focusOf(spec)}`], {
    // A kubectl that remembers what an earlier spec saw does not find what this one makes.
    env: { ...process.env, KUBECONFIG: kubeconfig, KUBECACHEDIR: join(logs, 'cache', String(number)) },
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: SPEC_TIMEOUT * 1000,
    killSignal: 'SIGKILL',
  })
  const output: Buffer[] = []
  child.stdout.on('data', (bytes: Buffer) => output.push(bytes))
  child.stderr.on('data', (bytes: Buffer) => output.push(bytes))
  const [, signal] = (await once(child, 'close')) as [number | null, string | null]
  const text = Buffer.concat(output).toString()
  const failure = signal === null ? failureIn(text) : `it was not over after ${SPEC_TIMEOUT} s`
  if (failure !== undefined) writeFileSync(join(logs, `${number}.log`), text)
  process.stdout.write(`${failure === undefined ? 'ok  ' : 'FAIL'}  ${spec.name}\n${failure === undefined ? '' : `      ${failure}\n`}`)
  return { spec, failure }
}

/** Those that change what others see one by one, after the others. */
async function runList(site: Site, specs: readonly Spec[], parallel: number): Promise<readonly Outcome[]> {
  const outcomes: Outcome[] = []
  const waiting = specs.filter(({ serial }) => !serial)
  const work = async (queue: Spec[]) => {
    for (let spec = queue.shift(); spec !== undefined; spec = queue.shift())
      outcomes.push(await runSpec(site, spec, specs.indexOf(spec) + 1))
  }
  await Promise.all(Array.from({ length: parallel }, () => work(waiting)))
  await work(specs.filter(({ serial }) => serial))
  return outcomes
}

/** Runs `kubewright apiserver` around the work. */
async function withServer<T>(directory: string, controllers: string, work: (kubeconfig: string) => Promise<T>): Promise<T> {
  const kubeconfig = join(directory, 'kubeconfig')
  const command = join(root, 'packages', 'cli', 'bin', 'kubewright.mjs')
  // Some specs ask what nodes and service accounts may not do.
  const flags = ['--secure-port', '0', '--authorization-mode', 'RBAC', '--controllers', controllers]
  const child = spawn(process.execPath, [command, 'apiserver', ...flags, '--write-kubeconfig', kubeconfig, '--output', 'json'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const ended = once(child, 'exit')
  try {
    // Its first line says that it is ready.
    await Promise.race([once(child.stdout, 'data'), ended.then(() => Promise.reject(new Error('the server ended before it was ready')))])
    return await work(kubeconfig)
  } finally {
    child.kill()
    await ended
  }
}

async function addNode(kubectl: string, kubeconfig: string): Promise<void> {
  const child = spawn(kubectl, ['--kubeconfig', kubeconfig, 'create', '-f', '-'], { stdio: ['pipe', 'ignore', 'inherit'] })
  child.stdin.end(JSON.stringify(SECOND_NODE))
  const [code] = await once(child, 'exit')
  if (code !== 0) throw new Error('the second node could not be created')
}

function required(file: string | undefined, mend: string): string {
  if (file === undefined || !existsSync(file)) throw new Error(mend)
  return file
}

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { only: { type: 'string' }, parallel: { type: 'string', default: '2' } },
  })
  const e2e = required(
    process.env['KUBEWRIGHT_E2E'],
    'set KUBEWRIGHT_E2E to a built e2e.test: docs/apiserver/conformance.md says how to build it',
  )
  const kubectl = required(
    join(process.env['KUBEWRIGHT_SERVERS'] ?? serverCache(), 'kubectl'),
    'there is no kubectl: run `npm run servers`',
  )
  const unknown = positionals.find((list) => !Object.hasOwn(LISTS, list))
  if (unknown !== undefined) throw new Error(`there is no list ${JSON.stringify(unknown)}: give some of ${Object.keys(LISTS).join(', ')}`)
  const only = new RegExp(values.only ?? '')
  const directory = mkdtempSync(join(tmpdir(), 'kubewright-conformance-'))
  const outcomes: Outcome[] = []
  for (const list of positionals.length === 0 ? Object.keys(LISTS) : positionals) {
    const specs = parseSpecs(readFileSync(join(root, 'test', 'conformance', `${list}.tsv`), 'utf8')).filter(({ name }) => only.test(name))
    const logs = join(directory, list)
    mkdirSync(logs)
    const found = await withServer(logs, LISTS[list]!, async (kubeconfig) => {
      if (list === 'played-nodes') await addNode(kubectl, kubeconfig)
      return runList({ e2e, kubectl, kubeconfig, logs }, specs, Number(values.parallel))
    })
    const passed = found.filter(({ failure }) => failure === undefined).length
    process.stdout.write(`# ${list}: ${passed} of ${found.length}\n`)
    outcomes.push(...found)
  }
  return report(outcomes, directory)
}

function report(outcomes: readonly Outcome[], directory: string): number {
  const parity = readFileSync(join(root, 'docs', 'apiserver', 'parity.yaml'), 'utf8')
  const { news, mended } = compare(outcomes, expectedFailures(parity))
  for (const { spec, failure } of news) process.stdout.write(`new: ${spec.name}: ${failure}\n`)
  for (const { name } of mended) process.stdout.write(`mended, its row in docs/apiserver/parity.yaml is to go: ${name}\n`)
  const failed = outcomes.filter(({ failure }) => failure !== undefined).length
  if (failed === 0) rmSync(directory, { recursive: true })
  else process.stdout.write(`# what the failed said is in ${directory}\n`)
  process.stdout.write(`${outcomes.length - failed} passed, ${failed} failed\n`)
  return news.length + mended.length === 0 ? 0 : 1
}

try {
  process.exitCode = await main()
} catch (error) {
  process.stderr.write(`conformance: ${error instanceof Error ? error.message : String(error)}\n`)
  process.exitCode = 2
}
