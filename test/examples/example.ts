// What the tests of the examples share: an example's program as its reader runs it, and the commands of its README as its reader types them.
import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { eventually, serverFolders } from '@kubewright/testing'
import { installKinds, type KindDefinition } from 'kubewright'
import { expect, onTestFinished, test, vi } from 'vitest'
import { type Bench, useCluster } from '../integration/harness.ts'
import { freePort } from './free-port.ts'
import { type Step, stepsOf } from './transcript.ts'

export const root = dirname(dirname(import.meta.dirname))

/** An operator of an example, running as a process of its own. */
export interface Running {
  readonly said: { readonly text: string }
  /** Waits until it says this. */
  says(pattern: RegExp): Promise<void>
  /** Asks it to stop, and wants it to end well. */
  stop(): Promise<void>
  /** Ends it at once, as a crash would. */
  crash(): Promise<void>
}

export interface Example extends Bench {
  /** Installs its kinds and starts its program; resolves when it is ready. */
  start(file: string, options?: { readonly flags?: readonly string[]; readonly env?: NodeJS.ProcessEnv }): Promise<Running>
}

/** Call once, at the top of a test file. `name` is the example's folder, `kinds` what its program needs. */
export function useExample(name: string, kinds: readonly (KindDefinition<never, never> | KindDefinition)[]): Example {
  // Programs begin as processes of their own, several in one test: half a second each on a quiet machine, ten times that on a busy one.
  vi.setConfig({ testTimeout: 180_000 })
  const bench = useCluster()
  return Object.assign(Object.create(bench) as Bench, {
    async start(file: string, { flags = [], env = {} }: { readonly flags?: readonly string[]; readonly env?: NodeJS.ProcessEnv } = {}) {
      await installKinds(bench.client, kinds)
      const health = await freePort()
      const running = launch(process.execPath, [join(root, 'examples', name, file), ...flags], {
        ...environmentOf(bench.cluster.kubeconfigPath),
        KUBEWRIGHT_HEALTH_PROBE_BIND_ADDRESS: `127.0.0.1:${health}`,
        ...env,
      })
      onTestFinished(() => running.crash())
      await ready(running, health)
      return running
    },
  })
}

const environmentOf = (kubeconfig: string): NodeJS.ProcessEnv => ({
  PATH: process.env['PATH'],
  NODE_COMPILE_CACHE: process.env['NODE_COMPILE_CACHE'],
  // kubectl's cache of discovery would outlive the cluster.
  HOME: dirname(kubeconfig),
  KUBECONFIG: kubeconfig,
  KUBEWRIGHT_METRICS_BIND_ADDRESS: '0',
  KUBEWRIGHT_HEALTH_PROBE_BIND_ADDRESS: '0',
  NO_COLOR: '1',
})

function launch(command: string, args: readonly string[], env: NodeJS.ProcessEnv): Running & { readonly child: ChildProcess } {
  const child = spawn(command, args, { cwd: root, env, stdio: ['ignore', 'pipe', 'pipe'], detached: true })
  const said = { text: '' }
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8')
    stream.on('data', (text: string) => {
      said.text += text
    })
  }
  const ended = new Promise<number | NodeJS.Signals | null>((resolve) => child.once('close', (code, signal) => resolve(signal ?? code)))
  // The group: a shell's command is a process of its own.
  const kill = (signal: NodeJS.Signals) => {
    if (child.exitCode === null && child.signalCode === null && child.pid !== undefined) process.kill(-child.pid, signal)
  }
  return {
    child,
    said,
    async says(pattern) {
      await eventually(() => expect(said.text).toMatch(pattern), { timeout: 60_000 })
    },
    async stop() {
      kill('SIGTERM')
      expect(await ended, said.text).toBe(0)
    },
    async crash() {
      kill('SIGKILL')
      await ended
    },
  }
}

async function ready(running: Running & { readonly child: ChildProcess }, port: number): Promise<void> {
  await eventually(
    async () => {
      if (running.child.exitCode !== null) throw new Error(`it ended: ${running.said.text}`)
      const answer = await fetch(`http://127.0.0.1:${port}/readyz`)
      if (!answer.ok) throw new Error(`it is not ready: ${await answer.text()}\n${running.said.text}`)
    },
    { timeout: 60_000, interval: 100 },
  )
}

const kubectl = serverFolders()
  .map((folder) => join(folder, 'kubectl'))
  .find(existsSync)

/** The test that types the commands of an example's README, and compares what they say. */
export function testReadme(name: string, example: Bench): void {
  test('the commands of its README do what it says', async ({ skip }) => {
    // On the real server a missing program is a failure; without one, `npm test` needs none.
    if (kubectl === undefined && example.cluster.kind === 'embedded')
      skip('kubectl is not in the folder of the test servers: `npm run servers` brings it')
    const folder = mkdtempSync(join(tmpdir(), 'kubewright-readme-'))
    mkdirSync(join(folder, 'bin'))
    if (kubectl !== undefined) symlinkSync(kubectl, join(folder, 'bin', 'kubectl'))
    const background: Running[] = []
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
    const environment = environmentOf(example.cluster.kubeconfigPath)
    const env = { ...environment, PATH: `${join(folder, 'bin')}:${dirname(process.execPath)}:${environment['PATH']}` }
    const readme = await withFreePorts(readFileSync(join(root, 'examples', name, 'README.md'), 'utf8'))
    for (const step of stepsOf(readme)) {
      if (step.background) background.push(await startInBackground(step, env))
      else await type(step, env)
    }
    for (const running of background) await running.stop()
  })
}

/** The ports of a README are for people with a machine of their own. */
async function withFreePorts(readme: string): Promise<string> {
  const ports = new Map<string, number>()
  for (const [, port = ''] of readme.matchAll(/(?:localhost|127\.0\.0\.1):(\d{4,5})\b/g))
    ports.set(port, ports.get(port) ?? (await freePort()))
  return readme.replace(/\b\d{4,5}\b/g, (port) => String(ports.get(port) ?? port))
}

async function startInBackground({ command, output }: Step, env: NodeJS.ProcessEnv): Promise<Running> {
  const health = await freePort()
  const running = launch('bash', ['-c', command], { ...env, KUBEWRIGHT_HEALTH_PROBE_BIND_ADDRESS: `127.0.0.1:${health}` })
  // Also when it never says what it should.
  onTestFinished(() => running.crash())
  if (output === undefined) await ready(running, health)
  else await running.says(output)
  return running
}

/** What only looks is tried again until it sees what the README says; what changes something is done once. */
const LOOKS = /^(kubectl (get|describe|events|wait)|curl|node examples\/\S+ --list)\b|--dry-run=server|\| grep/

async function type({ command, output }: Step, env: NodeJS.ProcessEnv): Promise<void> {
  const once = async () => {
    const shell = launch('bash', ['-o', 'pipefail', '-c', command], env)
    const code = await new Promise<number | null>((resolve) => shell.child.once('close', resolve))
    const said = shell.said.text.trim()
    if (output === undefined) expect(code, `$ ${command}\n${said}`).toBe(0)
    else expect(said, `$ ${command}`).toMatch(output)
  }
  if (LOOKS.test(command)) await eventually(once, { timeout: 60_000, interval: 200 })
  else await once()
}
