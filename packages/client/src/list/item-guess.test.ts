import { describe, expect, test } from 'vitest'
import { ItemGuess } from './item-guess.ts'

function guessing(first: object) {
  const guess = new ItemGuess()
  guess.learn(Buffer.from(JSON.stringify(first)))
  const parsed: string[] = []
  const decode = (item: Buffer): unknown => {
    parsed.push(item.toString('utf8'))
    return JSON.parse(item.toString('utf8'))
  }
  return { guess, parsed, at: (text: string) => guess.at(Buffer.from(text), 0, decode) }
}

const named = (name: string) => JSON.stringify({ metadata: { name } })

describe('the end of an item is where the next begins', () => {
  test.each([
    ['of a built-in kind', { metadata: { name: 'a' } }],
    ['of a custom resource, which says its type', { apiVersion: 'example.dev/v1', kind: 'Website', metadata: { name: 'a' } }],
  ])('%s', (_name, item) => {
    const { at } = guessing(item)
    const text = JSON.stringify(item)
    expect(at(`${text},${text},${text}]`)).toEqual({ value: item, end: text.length })
  })

  test('without a next one in sight it is not known', () => {
    const { at, parsed } = guessing({ metadata: {} })
    expect(at(`${named('a')}]}`)).toBeUndefined()
    expect(at(`${named('a')},{"meta`)).toBeUndefined()
    expect(parsed).toEqual([])
  })

  test('nor without an item to learn from, or from one that begins otherwise', () => {
    expect(new ItemGuess().at(Buffer.from(`${named('a')},${named('b')}`), 0, String)).toBeUndefined()
    expect(guessing({ spec: {} }).at(`${named('a')},${named('b')}`)).toBeUndefined()
    expect(guessing({ spec: 'x'.repeat(1_000), metadata: {} }).at(`${named('a')},${named('b')}`)).toBeUndefined()
  })
})

describe('an object that holds others of its kind', () => {
  const family = JSON.stringify({ metadata: { name: 'a' }, children: [{ metadata: {} }, { metadata: {} }] })

  test('is not taken for its own beginning', () => {
    const { at, parsed } = guessing({ metadata: {} })
    expect(at(`${family},${named('b')}`)).toBeUndefined()
    expect(parsed).toEqual(['{"metadata":{"name":"a"},"children":[{"metadata":{}}'])
  })

  test('and after some of them no more is guessed', () => {
    const { at, parsed } = guessing({ metadata: {} })
    for (let count = 0; count < 100; count++) at(`${family},${named('b')}`)
    expect(parsed).toHaveLength(9)
    expect(at(`${named('a')},${named('b')}`)).toBeUndefined()
  })
})

test('an error of the decoder that is not about JSON is not a wrong guess', () => {
  const { guess } = guessing({ metadata: {} })
  const text = Buffer.from(`${named('a')},${named('b')}`)
  expect(() =>
    guess.at(text, 0, () => {
      throw new RangeError('too deep')
    }),
  ).toThrow('too deep')
})
