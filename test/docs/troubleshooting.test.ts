// The page has every warning and error that the runtime, its webhooks and its command write, and none that they do not.
import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { expect, test } from 'vitest'

const root = dirname(dirname(import.meta.dirname))
const PACKAGES = ['cli', 'client', 'core', 'runtime', 'webhook']

function messagesInSources(): ReadonlySet<string> {
  const list = ['ls-files', '--cached', '--others', '--exclude-standard', ...PACKAGES.map((name) => `packages/${name}/src`)]
  const files = execFileSync('git', list, { cwd: root, encoding: 'utf8' })
    .split('\n')
    .filter((file) => file.endsWith('.ts') && !/\.test\.ts$|\/fake\//.test(file))
    // Git knows a file that was removed until that is committed.
    .filter((file) => existsSync(join(root, file)))
  const calls = files.flatMap((file) => [
    ...readFileSync(join(root, file), 'utf8').matchAll(/\blog\.(?:warn|error)\(\s*(['`])((?:(?!\1)[\s\S])*)\1/gi),
  ])
  return new Set(calls.map((call) => call[2]!))
}

/** First cells of the last table. A message that goes on with what it is about is there as far as it is the same each time. */
function messagesOnPage(): readonly string[] {
  const page = readFileSync(join(root, 'docs', 'troubleshooting.md'), 'utf8')
  const table = page.slice(page.indexOf('## By what the log says'))
  return [...table.matchAll(/^\| `(.+?)` \| /gm)].map((row) => row[1]!.replaceAll(String.raw`\|`, '|'))
}

test('every message of the log is on the page, and every message of the page is one of the log', () => {
  const written = [...messagesInSources()]
  const told = messagesOnPage()
  expect(written.length).toBeGreaterThan(40)
  expect(written.filter((message) => !told.some((each) => message.startsWith(each)))).toEqual([])
  expect(told.filter((each) => !written.some((message) => message.startsWith(each)))).toEqual([])
})
