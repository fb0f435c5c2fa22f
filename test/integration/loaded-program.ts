// What a program loads until it listens, read from the source maps of its bundle.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, relative } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { startProgram } from './program.ts'

const root = dirname(dirname(import.meta.dirname))
const preload = pathToFileURL(join(import.meta.dirname, 'loaded-modules.mjs')).href

export interface Loaded {
  /** Files of the repository that are in what was loaded, from its root. */
  readonly modules: readonly string[]
  /** Packages of others among them. */
  readonly libraries: readonly string[]
  /** Characters of the bundles that were loaded. */
  readonly text: number
  /** Node's own. */
  readonly builtin: readonly string[]
}

export interface LoadedProgram {
  readonly kubeconfig: string
  /** Of the command, or of the program in `file`. */
  readonly args: readonly string[]
  /** A bundle with its source map beside it. @default the built command */
  readonly file?: string
}

/** Starts the program, waits until it listens, ends it, and tells what it has loaded. */
export async function loadedBy({ kubeconfig, args, file }: LoadedProgram): Promise<Loaded> {
  const folder = mkdtempSync(join(tmpdir(), 'kubewright-loaded-'))
  const list = join(folder, 'loaded.json')
  const quiet = ['--metrics-bind-address', '127.0.0.1:0', '--health-probe-bind-address', '127.0.0.1:0']
  const program = startProgram([...args, '--kubeconfig', kubeconfig, ...quiet], {
    env: { NODE_OPTIONS: `--import=${preload}`, LOADED_MODULES: list },
    ...(file !== undefined && { file }),
  })
  try {
    await program.says(/"message":"listening"/)
    program.kill('SIGTERM')
    const code = await program.ended
    if (code !== 0) throw new Error(`${args.join(' ')} has ended with ${code}:\n${program.stderr.join('\n')}`)
    return whatIsIn(JSON.parse(readFileSync(list, 'utf8')) as List)
  } finally {
    program.kill('SIGKILL')
    rmSync(folder, { recursive: true })
  }
}

/** As loaded-modules.mjs writes it. */
interface List {
  readonly files: readonly string[]
  readonly builtin: readonly string[]
}

function whatIsIn({ files, builtin }: List): Loaded {
  const bundles = files
    .map((url) => fileURLToPath(url))
    .filter((path) => !path.endsWith('/bin/kubewright.mjs') && path !== fileURLToPath(preload))
  const modules = [...new Set(bundles.flatMap(sourcesOf))].sort()
  return {
    modules,
    libraries: [...new Set(modules.flatMap((module) => libraryOf(module) ?? []))].sort(),
    text: bundles.reduce((sum, path) => sum + readFileSync(path, 'utf8').length, 0),
    builtin,
  }
}

function sourcesOf(bundle: string): readonly string[] {
  const { sources } = JSON.parse(readFileSync(`${bundle}.map`, 'utf8')) as { readonly sources: readonly string[] }
  return sources.map((source) => relative(root, join(dirname(bundle), source)))
}

const libraryOf = (module: string) => /node_modules\/((?:@[^/]+\/)?[^/]+)(?!.*node_modules)/.exec(module)?.[1]
