// Each page of the dashboard of `kubewright up`, in a real browser.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Snapshot } from '@kubewright/dashboard'
import { eventually } from '@kubewright/testing'
import { afterAll, beforeAll, describe, expect } from 'vitest'
import { type Program, run, startProgram, test } from '../integration/program.ts'
import { violations } from './accessibility.ts'
import { usePages } from './pages.ts'

const open = usePages()
const folder = mkdtempSync(join(tmpdir(), 'kubewright-dashboard-'))
let program: Program
let url = ''

beforeAll(async () => {
  program = startProgram(['up', '--write-kubeconfig', join(folder, 'kubeconfig')])
  url = (await program.says(/^dashboard: (\S+)$/, { timeout: 60_000 }))[1]!
  await program.says(/ready in/)
  // Until the examples of all operators have become something.
  await eventually(
    async () => {
      const { rows } = await snapshot()
      const healthy = (kind: string) => rows.filter((row) => row.kind.startsWith(kind) && row.health === 'ok').length
      expect([healthy('Application.'), healthy('AccessKey.'), healthy('VaultSync.')]).not.toContain(0)
    },
    { timeout: 90_000, interval: 500 },
  )
})
afterAll(async () => {
  program.kill('SIGINT')
  await program.ended
  rmSync(folder, { recursive: true, force: true })
})

/** It names a key, and stands in the status of its AccessKey; what it opens is beside it. */
const PUBLIC = 'access-key-id'

const snapshot = async () => (await (await fetch(`${url}api/snapshot`)).json()) as Snapshot
const idOf = async (kind: string, name: string) => {
  const { rows } = await snapshot()
  return rows.find((row) => row.kind.startsWith(kind) && row.name === name)!.id
}
const at = (hash: string) => `${url}#${hash}`

const PAGES: readonly (readonly [string, () => string | Promise<string>, RegExp])[] = [
  ['the overview', () => '/', /Controllers.*application.*vault-unsealer/s],
  ['the list of objects', () => '/objects', /of \d+ objects/],
  ['an object that is well', async () => `/object/${encodeURIComponent(await idOf('Application.', 'site'))}`, /It is as it should be/],
  [
    'an object that is not',
    async () => `/object/${encodeURIComponent(await idOf('GarbageCollectionPolicy.', 'sessions'))}`,
    /Why is it not ready\?.*"a while" is no duration/s,
  ],
  ['gc', () => '/view/gc', /What falls due.*gc-demo\/sessions/s],
  ['vault-sync', () => '/view/vault-sync', /Paths in Vault.*Synced/s],
  ['vault-unsealer', () => '/view/vault-unsealer', /Nodes.*(Unsealed|Sealed)/s],
  ['s3', () => '/view/s3', /Keys and their rotation.*s3-demo\/store/s],
  ['application', () => '/view/application', /Rollouts.*application-demo\/site/s],
]

describe.each(['light', 'dark'] as const)('%s', (theme) => {
  test.for(PAGES)('%s shows what there is, and axe has nothing against it', async ([, hash, said]) => {
    const page = await open(at(await hash()), { theme })
    await eventually(async () => expect(await page.locator('main').innerText()).toMatch(said), { timeout: 30_000 })
    expect(await violations(page)).toEqual([])
  })
})

test.for(PAGES)('%s fits a telephone: nothing is wider than it', async ([, hash, said]) => {
  const page = await open(at(await hash()), { width: 360, height: 780 })
  await eventually(async () => expect(await page.locator('main').innerText()).toMatch(said), { timeout: 30_000 })
  expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(360)
  expect(await violations(page)).toEqual([])
})

test('an object’s page leads to its children, and a child’s to its owner', async () => {
  const page = await open(at(`/object/${encodeURIComponent(await idOf('Application.', 'site'))}`))
  const family = page.getByRole('region', { name: 'Family' })
  await family.getByRole('link', { name: /Deployment/ }).click()
  await page.getByRole('heading', { level: 1, name: 'site' }).waitFor()
  await family.getByRole('link', { name: /Application/ }).click()
  await page.getByText('It is as it should be').waitFor()
})

test('the timeline tells what the reconcile wrote', async () => {
  const page = await open(at(`/object/${encodeURIComponent(await idOf('Application.', 'site'))}`))
  await page.getByRole('list', { name: 'Writes' }).getByText('Deployment.apps application-demo/site').first().waitFor()
})

test('kubewright top prints the same to whoever has no browser; a wrong address is told', async () => {
  const shown = await run(['top', url])
  expect([shown.code, shown.stdout]).toEqual([0, expect.stringMatching(/^up: leads, .*CONTROLLER.*application.*WATCH.*API calls: /s)])
  expect(JSON.parse((await run(['top', url, '--output', 'json'])).stdout)).toMatchObject({ program: 'up', leads: true })
  expect(await run(['top', 'http://127.0.0.1:1'])).toMatchObject({ code: 2, stderr: expect.stringContaining('does not answer') })
  expect(await run(['top', 'nowhere'])).toMatchObject({ code: 2, stderr: expect.stringContaining('is no URL') })
})

test('no secret of the examples is in anything that is served', async () => {
  const { rows, overview } = await snapshot()
  const paths = [
    'api/snapshot',
    ...overview.views.map(({ name }) => `api/views/${name}`),
    ...rows.map(({ id }) => `api/object?id=${encodeURIComponent(id)}`),
  ]
  const texts: string[] = []
  for (const path of paths) texts.push(await (await fetch(`${url}${path}`)).text())
  const { connect, Secret } = await import('@kubewright/client')
  const client = await connect({ kubeconfig: join(folder, 'kubeconfig') })
  const { items } = await (await client.resource(Secret)).list().finally(() => client.close())
  // Short ones are words that stand elsewhere too.
  const secrets = items.flatMap(({ data = {} }) => Object.entries(data)).filter(([key]) => key !== PUBLIC)
  const values = secrets.map(([, value]) => value).filter((value) => value.length >= 16)
  expect(values.length).toBeGreaterThan(3)
  const all = texts.join('\n')
  for (const value of values) {
    expect(all.includes(value)).toBe(false)
    expect(all.includes(Buffer.from(value, 'base64').toString())).toBe(false)
  }
})
