// kubectl as a person has it: a client that is not ours.
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { serverFolders, type TestCluster } from '@kubewright/testing'

const executable = serverFolders()
  .map((folder) => join(folder, 'kubectl'))
  .find(existsSync)

export const NO_KUBECTL = 'kubectl is not in the folder of the test servers: `npm run servers` brings it'

/** On the real server a missing program is a failure; without one, `npm test` needs none. */
export const isKubectlWanted = ({ kind }: TestCluster): boolean => executable !== undefined || kind !== 'embedded'

/** kubectl on one cluster and in one namespace. */
export class Kubectl {
  readonly #kubeconfig: string
  readonly #namespace: string

  constructor(kubeconfig: string, namespace: string) {
    this.#kubeconfig = kubeconfig
    this.#namespace = namespace
  }

  /** Starts it; `said` grows as it speaks. */
  start(args: readonly string[], input = '') {
    const child = spawn(executable ?? 'kubectl', ['--kubeconfig', this.#kubeconfig, '-n', this.#namespace, ...args], {
      // Its cache of discovery would outlive the cluster.
      env: { PATH: process.env['PATH'], HOME: dirname(this.#kubeconfig) },
      stdio: ['pipe', 'pipe', 'pipe'],
    })
    const said = { out: '', err: '' }
    child.stdout.on('data', (chunk: Buffer) => {
      said.out += chunk.toString()
    })
    child.stderr.on('data', (chunk: Buffer) => {
      said.err += chunk.toString()
    })
    child.stdin.end(input)
    const ended = new Promise<number | null>((resolve, reject) => {
      child.once('error', reject)
      child.once('close', resolve)
    })
    return { said, ended, kill: () => child.kill() }
  }

  /** What it says when it ends. @throws Error with what it said when it fails */
  async run(args: readonly string[], input?: string): Promise<string> {
    const { said, ended } = this.start(args, input)
    const code = await ended
    if (code !== 0) throw new Error(`kubectl ${args.join(' ')} ended with ${code}: ${said.err}`)
    return said.out.trim()
  }
}
