// What a person does with the dashboard, in a real browser: look, filter, open, go back, lose the connection.
import { ConfigMap } from '@kubewright/client'
import { eventually } from '@kubewright/testing'
import { expect, onTestFinished, test } from 'vitest'
import { useCluster } from '../integration/harness.ts'
import { violations } from './accessibility.ts'
import { usePages } from './pages.ts'
import { fill, freePort, startSite } from './site.ts'

const bench = useCluster()
const open = usePages()

async function site(names: readonly string[], options: Parameters<typeof startSite>[2] = {}) {
  const namespace = await bench.namespace()
  await fill(bench.client, namespace, names)
  const running = await startSite(bench, namespace, options)
  onTestFinished(() => running.stop())
  await eventually(async () => expect((await running.snapshot()).rows).toHaveLength(names.length), { timeout: 60_000 })
  return { ...running, namespace }
}

test('by keyboard alone: look for an object, open it, go back, get help', async () => {
  const { url } = await site(['alpha', 'beta', 'gamma'])
  const page = await open(url)
  const heading = page.getByRole('heading', { level: 1 })
  await page.getByRole('heading', { name: 'Controllers' }).waitFor()
  await page.keyboard.press('/')
  await page.keyboard.type('kind:configmap a')
  await page.getByText('3 of 3 objects').waitFor()
  await page.keyboard.press('Enter')
  await page.keyboard.press('j')
  await page.keyboard.press('j')
  await page.keyboard.press('k')
  await page.keyboard.press('Enter')
  await eventually(async () => expect(await heading.innerText()).toBe('beta'))
  await page.keyboard.press('Escape')
  await page.getByText('3 of 3 objects').waitFor()
  // The letters of a word were no steps to come back to.
  await page.keyboard.press('Escape')
  await page.getByRole('heading', { name: 'Controllers' }).waitFor()
  await Promise.all([page.keyboard.press('g'), page.keyboard.press('l')])
  await page.getByText('3 of 3 objects').waitFor()
  await Promise.all([page.keyboard.press('g'), page.keyboard.press('o')])
  await page.getByRole('heading', { name: 'Controllers' }).waitFor()
  await page.keyboard.press('?')
  await page.getByRole('dialog', { name: 'Keys' }).waitFor()
  expect(await violations(page)).toEqual([])
  await page.keyboard.press('Escape')
  await page.getByRole('dialog').waitFor({ state: 'detached' })
})

test('everything can be reached with Tab, and one sees where one is', async () => {
  const { url } = await site(['alpha'])
  const page = await open(`${url}#/objects`)
  await page.getByText('1 of 1 objects').waitFor()
  const reached = new Set<string>()
  for (let times = 0; times < 24; times++) {
    await page.keyboard.press('Tab')
    reached.add(
      (await page.evaluate(
        'document.activeElement?.getAttribute("aria-label") ?? document.activeElement?.textContent?.trim() ?? ""',
      )) as string,
    )
  }
  for (const name of ['Skip to the page', 'Overview', 'Objects', 'Look for an object', 'Keys']) expect([...reached]).toContain(name)
})

test('the colours: as the system has them, or as one likes, kept for the next time', async () => {
  const { url } = await site(['alpha'])
  const page = await open(url, { theme: 'dark' })
  const ground = () => page.evaluate('getComputedStyle(document.documentElement).backgroundColor')
  await page.getByRole('heading', { name: 'Controllers' }).waitFor()
  const dark = await ground()
  await page.keyboard.press('t')
  await eventually(async () => expect(await ground()).not.toBe(dark))
  const light = await ground()
  await page.reload()
  await page.getByRole('heading', { name: 'Controllers' }).waitFor()
  expect(await ground()).toBe(light)
})

test('what happens is seen without a reload: a change, the reconcile’s write, an error with its words, the end', async () => {
  const { url, namespace } = await site(['alpha'])
  const resource = await bench.client.resource(ConfigMap)
  const page = await open(`${url}#/object/ConfigMap%2F${namespace}%2Falpha`)
  await page.getByText('Show as JSON').waitFor()
  await resource.patch({ name: 'alpha', namespace }, { type: 'merge', body: { data: { a: '2', fails: 'yes' } } })
  await page.getByText('data.a').waitFor()
  await page
    .getByText(/labels failed.*the host example.test does not answer/)
    .first()
    .waitFor()
  await page.getByText('Where in the program').first().waitFor()
  await resource.delete({ name: 'alpha', namespace })
  await page.getByText('It was deleted.').waitFor()
})

test('the program goes away and comes back: the page says so, and goes on by itself', async () => {
  const bindAddress = `127.0.0.1:${await freePort()}`
  const first = await site(['alpha'], { bindAddress })
  const page = await open(`${first.url}#/objects`, {
    complaints: /ERR_CONNECTION_REFUSED|ERR_INCOMPLETE_CHUNKED|ERR_CONNECTION_RESET|ERR_EMPTY_RESPONSE/,
  })
  await page.getByText('1 of 1 objects').waitFor()
  await first.stop()
  await page.getByRole('alert').getByText('has not answered').waitFor()
  expect(await violations(page)).toEqual([])
  await fill(bench.client, first.namespace, ['beta'])
  const second = await startSite(bench, first.namespace, { bindAddress })
  onTestFinished(() => second.stop())
  await page.getByText('2 of 2 objects').waitFor({ timeout: 60_000 })
  await page.getByRole('alert').waitFor({ state: 'detached' })
})
