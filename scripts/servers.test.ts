import { chmodSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type Machine, provideServers, RECIPES } from './servers.ts'

const PINS = { etcd: 'v3.6.8', kubernetes: 'v1.36.3', kwok: 'v0.8.0', vault: 'v1.21.2', versitygw: 'v1.8.0' } as const
const ALL = RECIPES.map(({ name }) => name)

let folder: string
let cache: string
let said: string[]
let ran: string[]
/** What a program in the fake machine does; the default is a Go that builds, and servers of the pinned version. */
let run: Machine['run']

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'servers-'))
  cache = join(folder, 'cache', 'kubewright', 'servers')
  said = []
  ran = []
  for (const { module, pin } of RECIPES) {
    mkdirSync(join(folder, 'root', 'test', 'servers', module), { recursive: true })
    writeFileSync(
      join(folder, 'root', 'test', 'servers', module, 'go.mod'),
      `module m\n\nrequire (\n\t${pin}x v9.9.9\n\t${pin} ${PINS[module as keyof typeof PINS]} // indirect\n)\n`,
    )
  }
  run = (program, args) => {
    const out = args[args.indexOf('-o') + 1]
    if (program === 'go' && args[0] === 'build') executable(dirname(out!), basename(out!))
    return { code: 0, output: Object.values(PINS).join(' ') }
  }
})
afterEach(() => rmSync(folder, { recursive: true }))

function executable(where: string, ...names: readonly string[]): void {
  mkdirSync(where, { recursive: true })
  for (const name of names) {
    writeFileSync(join(where, name), '')
    chmodSync(join(where, name), 0o755)
  }
}

const provide = (env: NodeJS.ProcessEnv = {}) =>
  provideServers({
    root: join(folder, 'root'),
    env: { XDG_CACHE_HOME: join(folder, 'cache'), ...env },
    say: (line) => said.push(line),
    run(program, args, options) {
      ran.push([basename(program), ...args].join(' '))
      return run(program, args, options)
    },
  })

const built = () => ran.filter((line) => line.startsWith('go build')).map((line) => line.split(' ').at(-1)!.split('/').at(-1))

describe('found', () => {
  test('in the folder named by hand, whatever its version: nothing is run', () => {
    executable(join(folder, 'mine'), ...ALL)
    expect(provide({ KUBEWRIGHT_SERVERS: join(folder, 'mine') })).toBe(join(folder, 'mine'))
    expect(ran).toEqual([])
  })

  test('in the cache', () => {
    executable(cache, ...ALL)
    expect(provide()).toBe(cache)
    expect(built()).toEqual([])
  })

  test('in the cache, when the folder named by hand lacks some, and that is said', () => {
    executable(join(folder, 'mine'), 'etcd')
    executable(cache, ...ALL)
    expect(provide({ KUBEWRIGHT_SERVERS: join(folder, 'mine') })).toBe(cache)
    expect(said.join()).toMatch(/KUBEWRIGHT_SERVERS \(.*mine\) lacks kube-apiserver, .*versitygw; looking elsewhere/)
  })

  test('ready-made beside the repository: its script unpacks the missing ones into the cache', () => {
    executable(join(folder, 'shared', 'servers'), 'unpack')
    executable(cache, 'etcd')
    const ordinary = run
    run = (program, args, options) => {
      if (basename(program) === 'unpack') executable(args[0]!, ...args.slice(1))
      return ordinary(program, args, options)
    }
    expect(provide()).toBe(cache)
    expect(ran.find((line) => line.startsWith('unpack'))).toBe(
      `unpack ${cache} kube-apiserver kube-controller-manager kube-scheduler kubectl kwok vault versitygw`,
    )
    expect(built()).toEqual([])
  })
})

describe('built', () => {
  test('from the pinned modules, each moved into place when it is whole', () => {
    expect(provide()).toBe(cache)
    expect(built()).toEqual([
      'v3',
      'kube-apiserver',
      'kube-controller-manager',
      'kube-scheduler',
      'kubectl',
      'kwok',
      'vaultkube',
      'versitygw',
    ])
    expect(readdirSync(cache).sort()).toEqual([...ALL].sort())
    expect(said).toContain('servers: building kube-apiserver v1.36.3 (2 of 8; the first one of Kubernetes takes minutes)')
  })

  test('with the version that the program reports and clients look at', () => {
    provide()
    expect(ran.find((line) => line.endsWith('cmd/kubectl'))).toContain(
      '-X k8s.io/component-base/version.gitVersion=v1.36.3 -X k8s.io/component-base/version.gitMajor=1 -X k8s.io/component-base/version.gitMinor=36',
    )
  })

  test('with the tags that leave out what tests have no use for', () => {
    provide()
    expect(ran.find((line) => line.endsWith('vaultkube'))).toContain('-tags minimal')
  })

  test('anew, what is in the cache in another version', () => {
    executable(cache, ...ALL)
    const ordinary = run
    run = (program, args, options) =>
      basename(program) === 'etcd' ? { code: 0, output: 'etcd Version: 3.5.1\nGit SHA: 1' } : ordinary(program, args, options)
    provide()
    expect(built()).toEqual(['v3'])
  })

  test('what a failing unpack script did not bring', () => {
    executable(join(folder, 'shared', 'servers'), 'unpack')
    const ordinary = run
    run = (program, args, options) => (basename(program) === 'unpack' ? { code: 1, output: '' } : ordinary(program, args, options))
    expect(provide()).toBe(cache)
    expect(said.join()).toMatch(/unpack failed/)
    expect(built()).toHaveLength(8)
  })
})

describe('refused', () => {
  test('without Go, with what is missing and two ways out', () => {
    executable(cache, 'etcd')
    const ordinary = run
    run = (program, args, options) => (program === 'go' ? { code: undefined, output: '' } : ordinary(program, args, options))
    expect(() => provide()).toThrow(
      /^kube-apiserver, .*kwok, vault, versitygw must be built, and there is no Go on the PATH: install Go 1\.26 or newer .*, or set KUBEWRIGHT_SERVERS to a folder that has them/,
    )
  })

  test('a failed build names the server, and leaves nothing that looks like it', () => {
    const ordinary = run
    run = (program, args, options) => (args.at(-1)?.endsWith('kube-apiserver') ? { code: 2, output: '' } : ordinary(program, args, options))
    expect(() => provide()).toThrow(/^building kube-apiserver failed/)
    expect(readdirSync(cache)).toEqual(['etcd'])
  })
})
