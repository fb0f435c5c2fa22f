// `npm run servers`: makes the real test servers available and prints their folder. Looks, in this order, into $KUBEWRIGHT_SERVERS, the user's
// cache, and ../shared/servers (ready-made ones, which its script unpacks into the cache); builds into the cache what is still missing.
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, renameSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { missingExecutables, serverCache } from '../packages/testing/src/process/executables.ts'
import { providePythonServers } from './python-servers.ts'
import { provideTools } from './tools.ts'

interface Recipe {
  readonly name: string
  /** The folder below test/servers. */
  readonly module: string
  /** The module path whose version in go.mod is the server's. */
  readonly pin: string
  readonly main: string
  readonly ldflags?: (version: string) => string
  readonly tags?: string
  /** `false`: it does not say which version it is, so that whatever is there is taken. @default true */
  readonly tellsVersion?: boolean
}

/** Kubernetes' programs say v0.0.0 unless the linker tells them, and clients look at the version. */
const kubernetesLdflags = (version: string) => {
  const [major, minor] = version.slice(1).split('.')
  const set = { gitVersion: version, gitMajor: major, gitMinor: minor, gitTreeState: 'clean' }
  return Object.entries(set)
    .map(([field, value]) => `-X k8s.io/component-base/version.${field}=${value}`)
    .join(' ')
}
const kubernetes = (name: string): Recipe => ({
  name,
  module: 'kubernetes',
  pin: 'k8s.io/kubernetes',
  main: `k8s.io/kubernetes/cmd/${name}`,
  ldflags: kubernetesLdflags,
})

export const RECIPES: readonly Recipe[] = [
  { name: 'etcd', module: 'etcd', pin: 'go.etcd.io/etcd/server/v3', main: 'go.etcd.io/etcd/server/v3' },
  kubernetes('kube-apiserver'),
  kubernetes('kube-controller-manager'),
  kubernetes('kube-scheduler'),
  kubernetes('kubectl'),
  {
    name: 'kwok',
    module: 'kwok',
    pin: 'sigs.k8s.io/kwok',
    main: 'sigs.k8s.io/kwok/cmd/kwok',
    ldflags: (version) => `-X sigs.k8s.io/kwok/pkg/consts.Version=${version}`,
  },
  // Without the engines and logins that tests have no use for; a main of our own adds the login by Kubernetes, which "minimal" leaves out.
  { name: 'vault', module: 'vault', pin: 'github.com/hashicorp/vault', main: './vaultkube', tags: 'minimal' },
  {
    name: 'versitygw',
    module: 'versitygw',
    pin: 'github.com/versity/versitygw',
    main: 'github.com/versity/versitygw/cmd/versitygw',
    tellsVersion: false,
  },
]

export interface Machine {
  readonly root: string
  readonly env: NodeJS.ProcessEnv
  readonly say: (line: string) => void
  /** Runs a program with its messages shown. Answers its exit code and output; code `undefined`: there is no such program. */
  readonly run: (
    program: string,
    args: readonly string[],
    options?: { readonly cwd?: string },
  ) => { readonly code: number | undefined; readonly output: string }
}

/** @throws Error with a sentence for the reader when there is no way to get a server. */
export function provideServers(machine: Machine): string {
  const { env, say } = machine
  const named = env['KUBEWRIGHT_SERVERS']
  if (named) {
    const missing = missingExecutables(namesOf(RECIPES), named)
    if (missing.length === 0) return named
    say(`servers: KUBEWRIGHT_SERVERS (${named}) lacks ${missing.join(', ')}; looking elsewhere`)
  }
  const cache = serverCache(env)
  let wanted = unready(machine, cache)
  if (wanted.length === 0) return cache
  const unpack = join(machine.root, '..', 'shared', 'servers', 'unpack')
  if (existsSync(unpack)) {
    say(`servers: unpacking ready-made ones into ${cache}`)
    const { code } = machine.run(unpack, [cache, ...namesOf(wanted)])
    if (code !== 0) say(`servers: ${unpack} failed (its words are above)`)
    wanted = unready(machine, cache)
  }
  if (wanted.length > 0) buildServers(machine, wanted, cache)
  return cache
}

const namesOf = (recipes: readonly Recipe[]) => recipes.map(({ name }) => name)

/** What is not there, or there in another version than the pinned one: the cache outlives a change of version. */
function unready(machine: Machine, cache: string): readonly Recipe[] {
  return RECIPES.filter((recipe) => {
    if (missingExecutables([recipe.name], cache).length > 0) return true
    if (recipe.tellsVersion === false) return false
    const { output } = machine.run(join(cache, recipe.name), recipe.name === 'kubectl' ? ['version', '--client=true'] : ['--version'])
    const version = pinnedVersion(machine, recipe)
    // etcd says its version without the v.
    return !output.includes(version.slice(1))
  })
}

function pinnedVersion({ root }: Machine, { module, pin }: Recipe): string {
  const file = join(root, 'test', 'servers', module, 'go.mod')
  const found = new RegExp(`^\\s*(?:require )?${pin.replaceAll('.', '\\.')} (v\\S+)`, 'm').exec(readFileSync(file, 'utf8'))
  if (!found) throw new Error(`${file} requires no ${pin}`)
  return found[1]!
}

function buildServers(machine: Machine, recipes: readonly Recipe[], cache: string): void {
  const { say, run } = machine
  if (run('go', ['version']).code !== 0) {
    throw new Error(
      `${namesOf(recipes).join(', ')} must be built, and there is no Go on the PATH: install Go 1.26 or newer (https://go.dev/dl), ` +
        'or set KUBEWRIGHT_SERVERS to a folder that has them, and run this again',
    )
  }
  mkdirSync(cache, { recursive: true })
  for (const [i, recipe] of recipes.entries()) {
    const version = pinnedVersion(machine, recipe)
    say(`servers: building ${recipe.name} ${version} (${i + 1} of ${recipes.length}; the first one of Kubernetes takes minutes)`)
    const started = performance.now()
    // Built beside and moved into place: an interrupted build leaves nothing that looks like a server.
    const part = join(cache, `${recipe.name}.${process.pid}.part`)
    const ldflags = `-s -w ${recipe.ldflags?.(version) ?? ''}`.trim()
    const tags = recipe.tags === undefined ? [] : ['-tags', recipe.tags]
    const { code } = run('go', ['build', '-mod=readonly', '-trimpath', ...tags, '-ldflags', ldflags, '-o', part, recipe.main], {
      cwd: join(machine.root, 'test', 'servers', recipe.module),
    })
    if (code !== 0)
      throw new Error(`building ${recipe.name} failed (Go's words are above): mend that and run this again; what is built already stays`)
    renameSync(part, join(cache, recipe.name))
    say(`servers: ${recipe.name} built in ${Math.round((performance.now() - started) / 1000)} s`)
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  try {
    const machine: Machine = {
      root: dirname(dirname(fileURLToPath(import.meta.url))),
      env: process.env,
      say: (line) => process.stderr.write(`${line}\n`),
      run(program, args, options) {
        const result = spawnSync(program, args, {
          ...options,
          env: { ...process.env, CGO_ENABLED: '0' },
          stdio: ['ignore', 'pipe', 'inherit'],
          encoding: 'utf8',
        })
        return { code: result.error ? undefined : (result.status ?? 1), output: result.stdout ?? '' }
      },
    }
    const folder = provideServers(machine)
    const cache = serverCache(machine.env)
    provideTools(machine, cache)
    providePythonServers(machine, cache)
    process.stdout.write(`${folder}\n`)
  } catch (error) {
    process.stderr.write(`servers: ${error instanceof Error ? error.message : String(error)}\n`)
    process.exit(1)
  }
}
