import { describe, expect, test } from 'vitest'
import type { TestModule } from 'vitest/node'
import { closingLines } from './closing-line.ts'

interface Told {
  readonly name: string
  readonly state: 'passed' | 'failed' | 'skipped'
  readonly error?: string
  readonly note?: string
}

/** A file as vitest tells of it, as far as the closing lines look. */
function file(name: string, tests: readonly Told[], more: { readonly seconds?: number; readonly errors?: readonly string[] } = {}) {
  const module = {
    moduleId: `/repository/${name}`,
    diagnostic: () => ({ duration: (more.seconds ?? 0) * 1_000 }),
    errors: () => (more.errors ?? []).map((message) => ({ message })),
    children: { allTests: () => cases },
  }
  const cases = tests.map(({ name: fullName, state, error, note }) => ({
    module,
    fullName,
    result: () => ({ state, ...(error !== undefined && { errors: [{ message: error }] }), ...(note !== undefined && { note }) }),
  }))
  return module as unknown as TestModule
}

const lines = (modules: readonly TestModule[], unhandled: readonly unknown[] = []) => closingLines(modules, unhandled, '/repository')
const passed = { name: 'it holds', state: 'passed' } as const

describe('the end of a run', () => {
  test('is one line when all is well', () => {
    expect(lines([file('a.test.ts', [passed, passed])])).toEqual(['2 passed, 0 failed'])
  })

  test('names each failure again, in one line with the first of its error', () => {
    const broken = { name: 'a text of\ntwo lines > breaks', state: 'failed', error: 'expected 1 to be 2\n\n- 1\n+ 2' } as const
    expect(lines([file('test/a.test.ts', [passed, broken])])).toEqual([
      'failed: test/a.test.ts: a text of two lines > breaks: expected 1 to be 2',
      '1 passed, 1 failed',
    ])
  })

  test('counts a file that could not be loaded, and an error outside of any test', () => {
    expect(lines([file('a.test.ts', [], { errors: ['cannot find module'] })], [new Error('nobody caught it'), 'a text'])).toEqual([
      'failed: a.test.ts: cannot find module',
      'failed: outside of any test: nobody caught it',
      'failed: outside of any test: a text',
      '0 passed, 3 failed',
    ])
  })

  test('gives the reason of each skipped test', () => {
    const skipped = { name: 'needs kubectl', state: 'skipped', note: 'kubectl is not there' } as const
    expect(lines([file('a.test.ts', [skipped, { name: 'b', state: 'skipped' }])])).toEqual([
      'skipped: needs kubectl: kubectl is not there',
      'skipped: b: no reason was given',
      '0 passed, 0 failed, 2 skipped',
    ])
  })

  test('names the ten files that took longest, of those that took ten seconds', () => {
    const files = Array.from({ length: 13 }, (_, index) => file(`${index}.test.ts`, [passed], { seconds: 8 + index }))
    const told = lines(files)
    expect(told.slice(0, 2)).toEqual(['slow: 20 s 12.test.ts', 'slow: 19 s 11.test.ts'])
    expect(told).toHaveLength(11)
    expect(lines(files.slice(0, 3))).toEqual(['slow: 10 s 2.test.ts', '3 passed, 0 failed'])
  })
})
