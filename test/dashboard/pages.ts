// Pages of a browser for the tests of one file, which end with nothing on the console that a developer would have to explain.
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, beforeEach, expect, onTestFinished } from 'vitest'
import { type Browser, chromiumPath, startBrowser, whyNoBrowser } from './browser.ts'

export interface OpenOptions {
  readonly width?: number
  readonly height?: number
  readonly theme?: 'light' | 'dark'
  /** Words on the console that are expected. @default none are */
  readonly complaints?: RegExp
}

/** Call once, at the top of a test file. */
export function usePages(): (url: string, options?: OpenOptions) => Promise<Page> {
  let browser: Browser | undefined
  beforeAll(async () => {
    if (whyNoBrowser() === undefined) browser = await startBrowser(chromiumPath()!)
  })
  afterAll(() => browser?.close())
  beforeEach(({ skip }) => {
    const why = whyNoBrowser()
    if (why !== undefined) skip(why)
  })
  return async (url, { width = 1280, height = 860, theme = 'light', complaints } = {}) => {
    const page = await browser!.page({ width, height })
    const said: string[] = []
    page.on('console', (message) => {
      if (['error', 'warning'].includes(message.type()) && complaints?.test(message.text()) !== true) said.push(message.text())
    })
    page.on('pageerror', (error) => said.push(error.message))
    page.on('request', (request) => {
      if (new URL(request.url()).host !== new URL(url).host) said.push(`asks ${request.url()}`)
    })
    onTestFinished(async () => {
      await page.close()
      expect(said).toEqual([])
    })
    await page.emulateMedia({ colorScheme: theme })
    await page.goto(url)
    return page
  }
}
