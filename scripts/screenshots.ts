// `node scripts/screenshots.ts URL [DIR] [ACTIONS_TOKEN_FILE]`: pictures of a dashboard that is being served (by `kubewright up`, say), into docs/dashboard.
// With the token also of what it can do.
import { mkdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { Snapshot } from '@kubewright/dashboard'
import { chromiumPath, startBrowser } from '../test/dashboard/browser.ts'

const [url, folder = join(dirname(import.meta.dirname), 'docs', 'dashboard'), tokenFile] = process.argv.slice(2)
const chromium = chromiumPath()
if (url === undefined || chromium === undefined) {
  process.stderr.write(url === undefined ? 'screenshots: say the URL of a dashboard\n' : 'screenshots: Chromium is not installed\n')
  process.exit(2)
}

const { overview, rows } = (await (await fetch(new URL('/api/snapshot', url))).json()) as Snapshot
const failing = rows.find(({ health }) => health === 'failing') ?? rows.find(({ health }) => health === 'progressing')
const parent = rows.find(({ kind }) => kind.startsWith('Application.'))
const PAGES: readonly (readonly [string, string])[] = [
  ['overview', '#/'],
  ['objects', '#/objects'],
  ...(parent === undefined ? [] : [['object', `#/object/${encodeURIComponent(parent.id)}`] as const]),
  ...(failing === undefined ? [] : [['not-ready', `#/object/${encodeURIComponent(failing.id)}`] as const]),
  ...overview.views.map(({ name }) => [`view-${name}`, `#/view/${name}`] as const),
]
interface Size {
  readonly suffix: string
  readonly width: number
  readonly height: number
  readonly theme: 'light' | 'dark'
  /** @default every page */
  readonly only?: readonly string[]
}

const SIZES: readonly Size[] = [
  { suffix: '', width: 1280, height: 860, theme: 'light' },
  { suffix: '-dark', width: 1280, height: 860, theme: 'dark', only: ['overview', 'object', 'not-ready'] },
  { suffix: '-narrow', width: 360, height: 780, theme: 'light', only: ['overview', 'objects', 'object'] },
]

mkdirSync(folder, { recursive: true })
const browser = await startBrowser(chromium)
try {
  for (const { suffix, width, height, theme, only } of SIZES) {
    const page = await browser.page({ width, height })
    await page.emulateMedia({ colorScheme: theme })
    for (const [name, hash] of PAGES.filter(([each]) => only?.includes(each) ?? true)) {
      await page.goto(`${url}${hash}`)
      await page.reload()
      await page.locator('main .card, main .grid').first().waitFor()
      await page.waitForTimeout(700)
      await page.screenshot({ path: join(folder, `${name}${suffix}.png`) })
    }
    await page.close()
  }
  if (tokenFile !== undefined) await takeActions(readFileSync(tokenFile, 'utf8').trim())
} finally {
  await browser.close()
}
process.stdout.write(`screenshots: in ${folder}\n`)

/** The overview and an object that a controller works on, once actions are allowed. */
async function takeActions(token: string): Promise<void> {
  const page = await browser.page({ width: 1280, height: 860 })
  await page.goto(`${url}#/`)
  await page.getByRole('button', { name: 'Actions' }).click()
  await page.getByLabel('Token of').fill(token)
  await page.getByRole('button', { name: 'Allow', exact: true }).click()
  await page
    .getByRole('button', { name: /^Pause / })
    .first()
    .waitFor()
  await page.screenshot({ path: join(folder, 'actions.png') })
  const object = parent ?? rows.find(({ kind }) => overview.actsOn?.includes(kind))
  if (object !== undefined) {
    await page.goto(`${url}#/object/${encodeURIComponent(object.id)}`)
    await page.getByRole('button', { name: 'Reconcile now' }).waitFor()
    await page.screenshot({ path: join(folder, 'actions-object.png') })
  }
  await page.close()
}
