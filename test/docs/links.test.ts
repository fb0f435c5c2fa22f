// A link of a page leads to a file that is there, and to a heading that the file has.
import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { expect, test } from 'vitest'

const root = dirname(dirname(import.meta.dirname))
const list = ['ls-files', '--cached', '--others', '--exclude-standard', '*.md']
const pages = execFileSync('git', list, { cwd: root, encoding: 'utf8' })
  .split('\n')
  .filter((page) => page !== '' && existsSync(join(root, page)))

/** A heading's anchor, as the usual hosts make it. */
const anchorOf = (heading: string) =>
  heading
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
    .trim()
    .replaceAll(/\s/g, '-')

/** Blocks and spans, of however many backticks. */
const CODE = /(`+)[\s\S]*?[^`]\1(?!`)/g

const anchorsIn = (path: string) => [...readFileSync(path, 'utf8').matchAll(/^#+ (.+)$/gm)].map((match) => anchorOf(match[1]!))

function isBroken(page: string, target: string): boolean {
  const [file = '', anchor] = target.split('#')
  const path = file === '' ? join(root, page) : join(root, dirname(page), decodeURI(file))
  if (!existsSync(path)) return true
  return anchor !== undefined && statSync(path).isFile() && path.endsWith('.md') && !anchorsIn(path).includes(anchor)
}

test('no link of a page is broken', () => {
  const links = pages.flatMap((page) =>
    [
      ...readFileSync(join(root, page), 'utf8')
        .replaceAll(CODE, '')
        .matchAll(/\]\(([^)\s]+)\)/g),
    ].map((match) => ({
      page,
      target: match[1]!,
    })),
  )
  expect(links.length).toBeGreaterThan(50)
  const own = links.filter(({ target }) => !/^[a-z]+:/.test(target))
  expect(own.filter(({ page, target }) => isBroken(page, target)).map(({ page, target }) => `${page}: ${target}`)).toEqual([])
})
