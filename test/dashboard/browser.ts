// A real browser, for what only a browser shows.
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type BrowserContext, chromium, type Page } from 'playwright-core'

const PLACES = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome']

/** Where Chromium is; `undefined` when this machine has none. */
export function chromiumPath(): string | undefined {
  return [process.env['CHROMIUM'] ?? [], PLACES].flat().find((path) => existsSync(path))
}

export interface Browser {
  readonly context: BrowserContext
  page(size?: { readonly width: number; readonly height: number }): Promise<Page>
  close(): Promise<void>
}

/** A browser with an empty profile that asks nobody for anything. */
export async function startBrowser(executablePath: string): Promise<Browser> {
  const profile = mkdtempSync(join(tmpdir(), 'kubewright-browser-'))
  const quiet = ['--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync']
  const context = await chromium.launchPersistentContext(profile, {
    executablePath,
    args: ['--headless', '--no-sandbox', '--disable-gpu', ...quiet],
    reducedMotion: 'reduce',
  })
  return {
    context,
    async page(size = { width: 1280, height: 860 }) {
      const page = await context.newPage()
      await page.setViewportSize(size)
      return page
    },
    async close() {
      await context.close()
      rmSync(profile, { recursive: true, force: true })
    },
  }
}

const MISSING = 'Chromium is not installed: install the package chromium, or say where it is with CHROMIUM=PATH'

/** The reason to skip what needs a browser; `undefined`: there is one. @throws Error where everything must be tested */
export function whyNoBrowser(): string | undefined {
  if (chromiumPath() !== undefined) return undefined
  if (process.env['KUBEWRIGHT_DEMAND_ALL']) throw new Error(MISSING)
  return MISSING
}
