// Pages that claim something name the test that proves it, as `file › title`. Every named test exists, and no claim is without one.
import { globSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, test } from 'vitest'

const root = dirname(dirname(import.meta.dirname))

interface Row {
  readonly claim: string
  readonly proofs: readonly { readonly file: string; readonly title: string }[]
}

/** Rows of the page's tables: the first cell is the claim, code spans with `›` are the proofs. */
function rowsOf(page: string): readonly Row[] {
  const lines = readFileSync(join(root, 'docs', page), 'utf8').split('\n')
  return lines
    .filter((line) => line.startsWith('| ') && !/^\| (-|feature |code |threat |promise |figure )/.test(line))
    .map((line) => ({
      claim: line.split('|')[1]!.trim(),
      proofs: [...line.matchAll(/`([^`]+\.test\.ts) › ([^`]+)`/g)].map(([, file, title]) => ({ file: file!, title: title! })),
    }))
}

const PAGES = ['comparison.md', 'defects.md', 'from-the-showcase.md', 'gc/cases.md', 'threat-model.md']

describe.each(PAGES)('docs/%s', (page) => {
  const rows = rowsOf(page)

  test('every row names a test', () => {
    expect(rows.length).toBeGreaterThan(30)
    expect(rows.filter(({ proofs }) => proofs.length === 0).map(({ claim }) => claim)).toEqual([])
  })

  test('every named test exists', () => {
    const missing = rows
      .flatMap(({ proofs }) => proofs)
      .filter(({ file, title }) => !readFileSync(join(root, file), 'utf8').includes(title))
    expect(missing).toEqual([])
  })
})

test('each of the known defects has its row: C1 to C20 and P1 to P14', () => {
  const codes = rowsOf('defects.md').map(({ claim }) => claim)
  const wanted = [...Array.from({ length: 20 }, (_, n) => `C${n + 1}`), ...Array.from({ length: 14 }, (_, n) => `P${n + 1}`)]
  expect(codes).toEqual(wanted)
})

describe('the cases of garbage collection', () => {
  const rows = rowsOf('gc/cases.md')
  const upTo = (letter: string, last: number) => Array.from({ length: last }, (_, n) => `${letter}${n + 1}`)

  test('each has its row', () => {
    const wanted = [
      ...upTo('R', 12),
      ...upTo('W', 8),
      ...upTo('T', 9),
      ...upTo('P', 11),
      ...upTo('S', 19),
      ...upTo('Z', 20),
      ...upTo('K', 22),
    ]
    expect(rows.map(({ claim }) => claim)).toEqual(wanted)
  })

  test('the titles of its tests begin with its number', () => {
    const others = rows.flatMap(({ claim, proofs }) =>
      proofs.filter(({ title }) => !(title.split(': ')[0] ?? '').split(', ').includes(claim)).map(({ title }) => `${claim}: ${title}`),
    )
    expect(others).toEqual([])
  })
})

test('each of the showcase’s defects has its row, 1 to 15', () => {
  const codes = rowsOf('from-the-showcase.md').map(({ claim }) => claim)
  expect(codes.filter((code) => /^\d+$/.test(code))).toEqual(Array.from({ length: 15 }, (_, n) => String(n + 1)))
})

describe('the defects of the original vault-unsealer', () => {
  const rows = rowsOf('vault-unsealer/defects.md')

  test('each has its row', () => {
    expect(rows.map(({ claim }) => claim)).toEqual(Array.from({ length: 19 }, (_, n) => `1.6.${n + 1}`))
  })

  test('every test that is named exists', () => {
    const missing = rows
      .flatMap(({ proofs }) => proofs)
      .filter(({ file, title }) => !readFileSync(join(root, file), 'utf8').includes(title))
    expect([missing, rows.filter(({ proofs }) => proofs.length === 0)]).toEqual([[], []])
  })
})

describe('the figures of reliability', () => {
  const page = readFileSync(join(root, 'docs', 'reliability.md'), 'utf8')
  const rows = rowsOf('reliability.md').filter(({ proofs }) => proofs.length > 0)

  test('every named test exists', () => {
    const missing = rows
      .flatMap(({ proofs }) => proofs)
      .filter(({ file, title }) => !readFileSync(join(root, file), 'utf8').includes(title))
    expect([missing, rows.length > 20]).toEqual([[], true])
  })

  test('every row says what to run to have it again, and that is a script of the project', () => {
    const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
      readonly scripts: Readonly<Record<string, string>>
    }
    // What a soak shows has one command for all.
    const [tables = ''] = page.split('\n## Soak\n')
    const lines = tables.split('\n').filter((line) => line.includes('.test.ts › '))
    expect(lines.filter((line) => !/`npm (test|run [\w:]+) -- [^`]+`/.test(line))).toEqual([])
    const asked = [...page.matchAll(/`npm (?:run )?([\w:]+)/g)].map(([, script]) => script!)
    expect(asked.filter((script) => !Object.hasOwn(scripts, script))).toEqual([])
  })

  test('what is run again is there', () => {
    const paths = [...page.matchAll(/`npm test -- ([^`]+)`/g)].flatMap(([, words]) => words!.split(' '))
    const files = globSync(['packages/**/*.test.ts', 'operators/**/*.test.ts', 'test/**/*.test.ts'], {
      cwd: root,
      exclude: (name) => name.includes('node_modules'),
    })
    expect(paths.filter((path) => !files.some((file) => file.includes(path)))).toEqual([])
  })
})
