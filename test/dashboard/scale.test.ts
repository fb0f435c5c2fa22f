// Ten thousand objects: the page holds the rows that can be seen, and finds any of them at once.
import { eventually } from '@kubewright/testing'
import { expect, onTestFinished, test } from 'vitest'
import { useCluster } from '../integration/harness.ts'
import { usePages } from './pages.ts'
import { fill, startSite } from './site.ts'

const bench = useCluster()
const open = usePages()
const COUNT = 10_000

test('10 000 objects: few rows, the last one a key away, any one a word away', async () => {
  const namespace = await bench.namespace()
  await fill(
    bench.client,
    namespace,
    Array.from({ length: COUNT }, (_, at) => `object-${String(at).padStart(5, '0')}`),
  )
  const site = await startSite(bench, namespace, { labels: false })
  onTestFinished(() => site.stop())
  const page = await open(`${site.url}#/objects`)
  await page.getByText('10\u202f000 of 10\u202f000 objects').waitFor({ timeout: 60_000 })
  const rows = () => page.locator('.grid-body [role=row]').count()
  expect(await rows()).toBeLessThan(80)
  expect(await page.getByRole('grid').getAttribute('aria-rowcount')).toBe(String(COUNT + 1))
  await page.keyboard.press('End')
  await page.getByText('object-09999').waitFor()
  expect(await rows()).toBeLessThan(80)
  await page.keyboard.press('/')
  await page.keyboard.type('object-04242')
  await page.getByText('1 of 10\u202f000 objects').waitFor()
  await page.keyboard.press('Enter')
  await page.keyboard.press('Enter')
  await eventually(async () => expect(await page.getByRole('heading', { level: 1 }).innerText()).toBe('object-04242'))
})
