// A stranger's first operator: an empty folder outside the repository, the packages as they would be published, thirty lines of code.
import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { cpSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { CustomResourceDefinition, Deployment, Service } from '@kubewright/client'
import { eventually, startTestCluster, type TestCluster } from '@kubewright/testing'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { Website } from './packed/website.ts'
import { GIVEN, MISTAKES } from './type-mistakes.ts'

const root = dirname(dirname(import.meta.dirname))
const run = promisify(execFile)
/** A quarter above what it was when it was set. */
const BUDGET = { Types: 183_000, Instantiations: 285_000 }

let cluster: TestCluster
let folder = ''

beforeAll(async () => {
  cluster = await startTestCluster({ server: 'embedded' })
  folder = mkdtempSync(join(tmpdir(), 'kubewright-shop-'))
  await run(process.execPath, [join(root, 'scripts', 'bundle.ts'), '--packages', join(folder, 'packages')], { cwd: root })
  const packages = readdirSync(join(folder, 'packages')).map((name) => join(folder, 'packages', name))
  await run('npm', ['pack', '--silent', '--pack-destination', folder, ...packages], { cwd: folder })
  const archives = readdirSync(folder).filter((name) => name.endsWith('.tgz'))
  expect(archives).toHaveLength(packages.length)
  const { devDependencies } = (await import('../../package.json', { with: { type: 'json' } })).default
  const tools = (['typescript', '@types/node'] as const).map((name) => `${name}@${devDependencies[name]}`)
  writeFileSync(join(folder, 'package.json'), '{ "name": "shop", "private": true, "type": "module" }')
  const quietly = ['--prefer-offline', '--no-audit', '--no-fund', '--ignore-scripts', '--silent']
  await run('npm', ['install', ...quietly, ...archives.map((name) => `./${name}`), ...tools], { cwd: folder })
  cpSync(join(import.meta.dirname, 'packed'), folder, { recursive: true })
}, 600_000)
afterAll(async () => {
  await cluster?.stop()
  rmSync(folder, { recursive: true, force: true })
})

/** What the compiler says of a user's files: under `strict`, and with the declarations of all packages checked too. */
async function compiled(...files: readonly string[]): Promise<string> {
  const compilerOptions = {
    module: 'nodenext',
    target: 'es2024',
    strict: true,
    noEmit: true,
    allowImportingTsExtensions: true,
    types: ['node'],
  }
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, files }))
  const tsc = join(folder, 'node_modules', '.bin', 'tsc')
  const { stdout } = await run(tsc, ['-p', '.', '--pretty', 'false', '--extendedDiagnostics'], { cwd: folder }).catch(
    (error: { stdout: string }) => error,
  )
  return stdout
}

test('the published types hold, and cost an editor no more than they have to', async () => {
  const said = await compiled('website.ts', 'try.ts')
  expect(said).not.toMatch(/\berror\b/)
  // Counts, for they are the same on each machine.
  for (const [what, most] of Object.entries(BUDGET)) {
    const count = Number(new RegExp(`^${what}: +(\\d+)$`, 'm').exec(said)?.[1])
    process.stderr.write(`checking a user’s project: ${count} ${what.toLowerCase()}\n`)
    expect(count, what).toBeLessThan(most)
  }
})

test('a mistake is told in words in the editor', async () => {
  const before = GIVEN.split('\n').length
  writeFileSync(join(folder, 'wrong.ts'), GIVEN + MISTAKES.map(({ code }) => `${code}\n`).join(''))
  const lines = (await compiled('wrong.ts')).split('\n')
  const toldOf = (at: number) => {
    const first = lines.findIndex((line) => line.startsWith(`wrong.ts(${before + at},`))
    const more = lines.slice(first + 1).findIndex((line) => !line.startsWith(' '))
    return lines.slice(first, first + 1 + more).join('\n')
  }
  for (const [at, { is, told }] of MISTAKES.entries()) expect(toldOf(at), is).toContain(told)
})

test('the operator runs: children are made, mended when they go, and the status follows', async () => {
  const client = cluster.client()
  await (await client.resource(CustomResourceDefinition)).create(Website.crd())
  await eventually(() => client.request('GET', '/apis/example.dev/v1/websites'))
  client.discovery.invalidate()
  const flags = ['--kubeconfig', cluster.kubeconfigPath, '--metrics-bind-address', '0', '--health-probe-bind-address', '0']
  const child = spawn(process.execPath, [join(folder, 'website.ts'), ...flags], { cwd: folder, stdio: ['ignore', 'inherit', 'pipe'] })
  onTestFinished(() => void child.kill('SIGKILL'))

  const at = { namespace: 'default', name: 'shop' }
  const websites = await client.resource(Website)
  await websites.create(Website.of({ metadata: at, spec: { image: 'shop:1', replicas: 2 } }))
  const deployments = await client.resource(Deployment)
  const services = await client.resource(Service)
  await eventually(async () => expect((await deployments.get(at)).spec?.replicas).toBe(2), { timeout: 20_000 })
  const service = await eventually(() => services.get(at))

  await services.delete(at)
  await eventually(async () => expect((await services.get(at)).metadata.uid).not.toBe(service.metadata.uid))
  await deployments.patch(at, { type: 'merge', body: { status: { replicas: 2, readyReplicas: 2 } } }, { subresource: 'status' })
  await eventually(async () => expect((await websites.get(at)).status).toEqual({ readyReplicas: 2 }))

  child.kill('SIGTERM')
  expect(await once(child, 'exit')).toEqual([0, null])
})

test('the testing kit and the command come with it', async () => {
  expect((await run(process.execPath, ['try.ts'], { cwd: folder })).stdout).toBe('websites.example.dev\n')
  const { stdout } = await run('npx', ['kubewright', 'manifests', 'gc', '--only', 'crds'], { cwd: folder })
  expect(stdout).toContain('kind: CustomResourceDefinition')
})

test('kubewright init shop && cd shop && npm test: a tested operator of one’s own', async () => {
  const began = performance.now()
  const { stdout } = await run('npx', ['kubewright', 'init', 'shop'], { cwd: folder })
  expect(stdout).toContain('next: cd shop && npm test')
  const shop = join(folder, 'shop')
  const tested = await run('npm', ['test'], { cwd: shop })
  expect(tested.stdout).toMatch(/pass 3\n.*fail 0/)
  process.stderr.write(`from nothing to a tested operator in ${((performance.now() - began) / 1000).toFixed(1)} s\n`)

  // What it says of itself holds: its manifests are those that it gives, and the cluster takes them.
  await run('npm', ['run', 'generate:check'], { cwd: shop })
  const generated = await run('npx', ['kubewright', 'generate', 'crds', 'src/main.ts'], { cwd: shop })
  expect(generated.stdout).toContain('name: shops.shop.example.dev')
  await expect(run('npx', ['kubewright', 'init', 'shop'], { cwd: folder })).rejects.toMatchObject({
    code: 2,
    stderr: expect.stringMatching(/shop is not empty/) as string,
  })
}, 240_000)
