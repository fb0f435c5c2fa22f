import { expect, test } from 'vitest'
import { isCelError } from './errors.ts'
import { compileCel } from './program.ts'

function errorOf(text: string): Error {
  try {
    compileCel(text)
  } catch (error) {
    if (isCelError(error)) return error
    throw error
  }
  throw new Error('it compiles')
}

// As kube-apiserver 1.36 says it of the same text.
test('of a text that is wrong everywhere the first hundred faults are told', () => {
  const { message } = errorOf('\\'.repeat(150))
  expect(message.match(/^ERROR/gm)).toHaveLength(100)
  expect(message).toMatch(/\^\n1 more errors were truncated$/)
  expect(errorOf('\\'.repeat(99)).message).not.toContain('truncated')
})

test('and it costs in proportion to the text: it was the square of it, ten gigabytes for the longest', () => {
  expect(errorOf('\\'.repeat(20_000)).message.length).toBeLessThan(100 * 2 * 20_100)
})

test('of what is not declared likewise', () => {
  const { message } = errorOf(Array.from({ length: 120 }, (_, index) => `a${index}`).join(' || '))
  expect(message.match(/^ERROR/gm)).toHaveLength(100)
  expect(message).toContain('20 more errors were truncated')
})
