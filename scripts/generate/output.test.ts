import { expect, test } from 'vitest'
import { deliver, parseArguments } from './output.ts'

test('folders and the one flag are told apart', () => {
  expect(parseArguments(['a', '--check', 'b'])).toEqual({ folders: ['a', 'b'], check: true })
  expect(parseArguments([])).toEqual({ folders: [], check: false })
  expect(() => parseArguments(['--chek'])).toThrow('unknown flag --chek')
})

test('under --check a stale or missing file is named and not written', () => {
  const output = new Map([
    ['LICENSE', 'not the licence'],
    ['scripts/generate/missing.txt', 'x'],
  ])
  expect(deliver(output, true)).toEqual(['LICENSE', 'scripts/generate/missing.txt'])
  expect(deliver(new Map([['scripts/generate/missing.txt', 'x']]), true)).toHaveLength(1)
})
