// Every program of these pages is run as its reader would run it.
import { execFile } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { describe, expect, test } from 'vitest'

const root = dirname(dirname(import.meta.dirname))
const docs = join(root, 'docs')
const pages = ['testing.md', ...readdirSync(join(docs, 'migrating')).map((name) => join('migrating', name))]

const programs = pages.flatMap((page) =>
  readFileSync(join(docs, page), 'utf8')
    .split(/^#+ /m)
    .flatMap((section) => {
      const title = section.split('\n', 1)[0]!
      return [...section.matchAll(/```ts\n([\s\S]*?)```/g)].map((match) => ({ page, title, source: match[1]! }))
    }),
)

test('the pages have their programs', () => {
  expect(programs.filter(({ page }) => page === 'testing.md').length).toBeGreaterThanOrEqual(5)
  expect(programs.filter(({ page }) => page !== 'testing.md').length).toBeGreaterThanOrEqual(4)
})

describe.concurrent('the program of', () => {
  test.for(programs)('$page, $title', async ({ source }, { expect }) => {
    const args = ['--input-type=module-typescript', '--eval', source]
    const ended = await promisify(execFile)(process.execPath, args, { cwd: root }).catch((error: { stderr: string }) => error)
    expect(ended.stderr).toBe('')
  })
})
