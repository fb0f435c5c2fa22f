import { expect, test } from 'vitest'
import { differences } from './contents.ts'

const contents = (all: Readonly<Record<string, string>>) => new Map(Object.entries(all))

test.each([
  ['the same: nothing', { a: '1', b: '2' }, { b: '2', a: '1' }, []],
  ['one is missing', { a: '1', b: '2' }, { a: '1' }, ['path "b" is missing']],
  ['one is left over', { a: '1' }, { a: '1', b: '2' }, ['path "b" is there, and nobody wants it']],
  ['one is old', { a: '1' }, { a: '0' }, ['path "a" is another than is wanted']],
])('%s', (_, wanted, held, found) => expect(differences(contents(wanted), contents(held), { what: 'path' })).toEqual(found))

test('what differs is not told: it may be a secret', () => {
  expect(differences(contents({ a: 'hunter2' }), contents({ a: 'hunter1' }), { what: 'path' }).join()).not.toContain('hunter')
})
