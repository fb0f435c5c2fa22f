// What a person may do on the dashboard, in a real browser: nothing, unless the program allows it and the token is known.
import { eventually } from '@kubewright/testing'
import { expect, onTestFinished, test } from 'vitest'
import { useCluster } from '../integration/harness.ts'
import { violations } from './accessibility.ts'
import { usePages } from './pages.ts'
import { fill, startSite } from './site.ts'

const bench = useCluster()
const open = usePages()

const TOKEN = 'the-token-of-actions'

async function site(options: Parameters<typeof startSite>[2]) {
  const namespace = await bench.namespace()
  await fill(bench.client, namespace, ['alpha'])
  const running = await startSite(bench, namespace, options)
  onTestFinished(() => running.stop())
  await eventually(async () => expect((await running.snapshot()).rows).toHaveLength(1), { timeout: 60_000 })
  const controller = async () => (await running.snapshot()).overview.controllers.find(({ name }) => name === 'labels')!
  return { ...running, namespace, controller }
}

test('where actions are off the page offers none', async () => {
  const { url } = await site({})
  const page = await open(url)
  await page.getByRole('heading', { name: 'Controllers' }).waitFor()
  expect(await page.getByRole('button', { name: 'Actions' }).count()).toBe(0)
  expect((await fetch(`${url}api/actions/pause?controller=labels`, { method: 'POST' })).status).toBe(403)
})

test('with the token a controller is paused and resumed, and an object is looked at again', async () => {
  const { url, namespace, controller } = await site({ actionsToken: TOKEN })
  const page = await open(url, { complaints: /401/ })
  const pause = page.getByRole('button', { name: 'Pause labels' })
  await page.getByRole('button', { name: 'Actions' }).click()
  expect(await violations(page)).toEqual([])
  await page.getByLabel('Token of').fill('another-token')
  await page.getByRole('button', { name: 'Allow', exact: true }).click()
  await page.getByRole('alert').getByText('is needed').waitFor()
  expect(await pause.count()).toBe(0)
  await page.getByLabel('Token of').fill(TOKEN)
  await page.keyboard.press('Enter')
  await pause.click()
  await page.getByText('labels: it takes up nothing new').waitFor()
  await page.getByRole('button', { name: 'Resume labels' }).waitFor()
  expect((await controller()).paused).toBe(true)
  expect(await violations(page)).toEqual([])
  await page.getByRole('button', { name: 'Resume labels' }).click()
  await pause.waitFor()
  expect((await controller()).paused).toBe(false)
  const before = (await controller()).reconciles
  await page.goto(`${url}#/object/${encodeURIComponent(`ConfigMap/${namespace}/alpha`)}`)
  await page.getByRole('button', { name: 'Reconcile now' }).click()
  await page.getByText('labels looks at it', { exact: true }).waitFor()
  await eventually(async () => expect((await controller()).reconciles).toBeGreaterThan(before))
  await page.getByText('asked for on the dashboard').first().waitFor()
  expect(await violations(page)).toEqual([])
  // Locked again there is nothing to press.
  await page.getByRole('button', { name: 'Actions' }).click()
  await page.getByRole('button', { name: 'Reconcile now' }).waitFor({ state: 'detached' })
})

test('what was asked for is told as an event of the object', async () => {
  const { url, namespace } = await site({ actionsToken: TOKEN })
  const asked = await fetch(`${url}api/actions/requeue?id=ConfigMap/${namespace}/alpha`, {
    method: 'POST',
    headers: { 'kubewright-actions-token': TOKEN },
  })
  expect([asked.status, await asked.json()]).toEqual([200, { message: 'labels looks at it' }])
  const events = await bench.client.resource({ group: 'events.k8s.io', version: 'v1', kind: 'Event' })
  await eventually(async () => {
    const { items } = await events.list({ namespace })
    expect(items.map((item) => (item as { readonly reason?: string }).reason)).toContain('ReconcileRequested')
  })
})

test.each<readonly [string, string, Record<string, string>, number]>([
  ['a link', 'GET', { 'kubewright-actions-token': TOKEN }, 405],
  ['no token', 'POST', {}, 401],
  ['another token', 'POST', { 'kubewright-actions-token': 'another-token' }, 401],
  ['another page that has the token', 'POST', { 'kubewright-actions-token': TOKEN, origin: 'http://evil.example' }, 403],
  // What a browser asks first, before it sends a header of another page: it is not told that it may.
  [
    'the question of a browser',
    'OPTIONS',
    { origin: 'http://evil.example', 'access-control-request-headers': 'kubewright-actions-token' },
    405,
  ],
])('%s does nothing', async (_, method, headers, status) => {
  const { url, controller } = await site({ actionsToken: TOKEN })
  const answer = await fetch(`${url}api/actions/pause?controller=labels`, { method, headers })
  expect([answer.status, answer.headers.get('access-control-allow-origin')]).toEqual([status, null])
  expect((await controller()).paused).toBe(false)
})
