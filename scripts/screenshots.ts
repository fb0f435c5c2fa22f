// `node scripts/screenshots.ts URL [DIR]`: pictures of a dashboard that is being served (by `kubewright up`, say), into docs/dashboard.
import { mkdirSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { Snapshot } from '@kubewright/dashboard'
import { chromiumPath, startBrowser } from '../test/dashboard/browser.ts'

const [url, folder = join(dirname(import.meta.dirname), 'docs', 'dashboard')] = process.argv.slice(2)
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
} finally {
  await browser.close()
}
process.stdout.write(`screenshots: in ${folder}\n`)
