import { rmSync } from 'node:fs'
import { join } from 'node:path'
import type { Launch } from '../contest/program.ts'
import { builtFrom, run } from '../peers/build-cache.ts'
import { clientNode } from '../peers/client-node.ts'
import type { Contestant, Site } from './contestant.ts'

const sources = (name: string) => join(import.meta.dirname, '..', 'peers', name)

/** A program in another language: built once, run in several modes. */
class Program {
  readonly #build: () => string
  #folder: string | undefined

  constructor(build: () => string) {
    this.#build = build
  }

  prepare(): void {
    this.#folder ??= this.#build()
  }

  file(path: string): string {
    if (this.#folder === undefined) throw new Error('to be prepared before it is launched')
    return join(this.#folder, path)
  }
}

const controllerRuntime = new Program(() =>
  builtFrom(sources('controller-runtime'), 'controller-runtime', (part) => run('go', ['build', '-trimpath', '-o', 'program', '.'], part)),
)

const kubeRs = new Program(() =>
  builtFrom(sources('kube-rs'), 'kube-rs', (part) => {
    run('cargo', ['build', '--release', '--locked', '--quiet'], part)
    // 300 MB of what it was made of.
    for (const rest of ['build', 'deps', '.fingerprint', 'incremental'])
      rmSync(join(part, 'target', 'release', rest), { recursive: true, force: true })
  }),
)

const kopf = new Program(() =>
  builtFrom(sources('kopf'), 'kopf', (part) => {
    run('python3', ['-m', 'venv', 'venv'], part)
    // By the module: the scripts of a venv name the folder in which it was made.
    run(join(part, 'venv', 'bin', 'python3'), ['-m', 'pip', 'install', '--quiet', '-r', 'requirements.txt'], part)
  }),
)

const LIST_ONLY = { KUBE_FEATURE_WatchListClient: 'false' }

/** With WatchList where the peer has it by default. Versions are those of the files in bench/peers/. */
export const PEERS: readonly Contestant[] = [
  { ...goMode('controller-runtime 0.25.2: WatchList, JSON (its default for custom resources)', 'json'), goal: { cpu: 2.5, peak: 1 } },
  { ...goMode('controller-runtime 0.25.2: LIST, JSON', 'json', LIST_ONLY), goal: { cpu: 1 } },
  {
    ...goMode('controller-runtime 0.25.2: WatchList, protobuf (its default for built-in kinds)', 'protobuf'),
    goal: { cpu: 1 / 2.3, peak: 1 },
  },
  { ...goMode('controller-runtime 0.25.2: metadata, WatchList, protobuf', 'metadata'), keeps: 'metadata', goal: { cpu: 1 / 1.6, peak: 1 } },
  rustMode('kube-rs 5.0.0: LIST, JSON (its default)', 'list'),
  { ...rustMode('kube-rs 5.0.0: WatchList, JSON', 'streaming'), goal: { cpu: 1 / 1.5 } },
  { ...rustMode('kube-rs 5.0.0: metadata, WatchList, JSON', 'metadata'), keeps: 'metadata' },
  {
    name: '@kubernetes/client-node 2.0.1: LIST, JSON',
    side: 'peer',
    keeps: 'objects',
    goal: { cpu: 1.4 },
    prepare: () => void clientNode(),
    launch: ({ kubeconfig }) => ({ command: process.execPath, args: [join(clientNode(), 'cold-sync.mjs'), kubeconfig] }),
  },
  {
    ...peer('kopf 1.45.2: LIST, JSON', 'python3', kopf, ({ kubeconfig, objects }) => ({
      command: kopf.file(join('venv', 'bin', 'python3')),
      args: [kopf.file('cold_sync.py'), kubeconfig, String(objects)],
    })),
    goal: { cpu: 10 },
  },
]

function goMode(name: string, mode: 'json' | 'protobuf' | 'metadata', env: Launch['env'] = {}): Contestant {
  return peer(name, 'go', controllerRuntime, ({ kubeconfig }) => ({
    command: controllerRuntime.file('program'),
    args: [kubeconfig, mode],
    env,
  }))
}

function rustMode(name: string, mode: 'list' | 'streaming' | 'metadata'): Contestant {
  return peer(name, 'cargo', kubeRs, ({ kubeconfig }) => ({
    command: kubeRs.file(join('target', 'release', 'cold-sync')),
    args: [kubeconfig, mode],
  }))
}

function peer(name: string, needs: Contestant['needs'] & string, program: Program, launch: (site: Site) => Launch): Contestant {
  return { name, needs, side: 'peer', keeps: 'objects', prepare: () => program.prepare(), launch }
}
