import { transformSync } from 'esbuild'
import { describe, expect, test } from 'vitest'
import { instrumented } from './instrumented.ts'

/** The function `f` of the source, and what each of its mutants makes of it. */
function mutantsOf(source: string) {
  const { code, mutants } = instrumented(source, 'f.ts', 0)
  const { code: script } = transformSync(code, { loader: 'ts' })
  let active = -1
  const scope = { kubewrightMutant: (id: number) => id === active }
  const f = new Function('globalThis', `${script}; return f`)(scope) as (...given: unknown[]) => unknown
  const as = (id: number, given: readonly unknown[]) => {
    active = id
    try {
      return f(...given)
    } catch (error) {
      return (error as Error).name
    }
  }
  return {
    original: (...given: unknown[]) => as(-1, given),
    /** Each mutant's text and answer. */
    answers: (...given: unknown[]) => mutants.map(({ id, original, replacement }) => [`${original} → ${replacement}`, as(id, given)]),
    mutants,
  }
}

describe('a source with all its mutants in it', () => {
  test('does what it did while none of them is at work', () => {
    const { original } = mutantsOf('const f = (a: number, b?: { c: number }): number => (a > 1 && b?.c === 2 ? Math.min(a, 3) : -a)')
    expect([original(5, { c: 2 }), original(5), original(1)]).toEqual([3, -5, -1])
  })

  test('does something else with each of them', () => {
    const { answers } = mutantsOf('const f = (a: number) => a < 3')
    expect(answers(3)).toEqual([
      ['a < 3 → (a) <= (3)', true],
      ['a < 3 → (a) >= (3)', true],
      ['a < 3 → true', true],
      ['a < 3 → false', false],
      ['a < 3 → undefined', undefined],
    ])
  })

  test.each([
    ['a body', 'function f(a: string[]) { a.push("x"); return a }', [[]]],
    ['a method of another answer', 'const f = (a: number) => Math.max(a, 2)', [1]],
    ['a method that is left out', 'const f = (a: number[]) => a.filter((n) => n > 1).length', [[1, 2, 2]]],
    ['the end of a chain', 'const f = (a?: { b?: string }) => a?.b?.length ?? 7', [undefined]],
    ['an operator', 'const f = (a: number) => { a += 2\na *= 2\nreturn a % 5 }', [1]],
    ['a text', `const f = () => ({ a: \`x\${1}\`, b: "y", c: ["z"] })`, []],
  ])('%s: no mutant is without effect, and none keeps the others from theirs', (_, source, given) => {
    const { original, answers, mutants } = mutantsOf(source)
    const before = JSON.stringify(original(...structuredClone(given)))
    const same = mutants.filter((_mutant, at) => JSON.stringify(answers(...structuredClone(given))[at]?.[1]) === before)
    expect(mutants.length).toBeGreaterThan(1)
    expect(
      same.map(({ original: text, replacement }) => `${text} → ${replacement}`).filter((text) => !text.startsWith('a?.b?.length →')),
    ).toEqual([])
  })

  test('leaves types, imports, names of members and the tests of a loop that would never end as they are', () => {
    const source = `import type { A } from 'a'
type T = 'x' | 'y'
interface I { readonly b: 'z' }
const f = (a: T) => { while (a === 'never') return { 'key': 1 } as unknown as I }`
    const texts = instrumented(source, 'f.ts', 0).mutants.map(({ replacement }) => replacement)
    expect(texts).not.toContain("''")
    expect(texts).toContain('false')
  })

  test('a statement without semicolons does not run into the line before', () => {
    const { original } = mutantsOf(
      'const box = { n: 1 }\nconst f = () => {\n  const a = box.n\n  box.n += 1\n  box.n -= a\n  return box.n\n}',
    )
    expect(original()).toBe(1)
  })

  test('counts on from the first id, and says where each mutant stands', () => {
    const { mutants } = instrumented('\nconst a = true\n', 'f.ts', 7)
    expect(mutants).toEqual([{ id: 7, file: 'f.ts', line: 2, original: 'true', replacement: 'false' }])
  })
})
