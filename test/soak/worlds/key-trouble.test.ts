import { describe, expect, test } from 'vitest'
import { keyTrouble, type PublishedKey, type ServedKey } from './key-trouble.ts'

const KEY: PublishedKey = { name: 'web', user: 'u-web', recorded: ['A1'], published: 'A1', asked: '3', done: '3' }
const SERVED: ServedKey = { id: 'A1', userName: 'u-web', status: 'Active' }
const ROOT: ServedKey = { id: 'ROOT', userName: undefined, status: 'Active' }

describe('the oracle of keys', () => {
  test('is content when all say the same', () => expect(keyTrouble([KEY], [ROOT, SERVED])).toEqual([]))

  test.each<[string, Partial<PublishedKey>, readonly ServedKey[], RegExp]>([
    ['a key of the server that no status knows', {}, [SERVED, { ...SERVED, id: 'A2' }], /key A2 of u-web is leaked/],
    ['a key of a user without AccessKey', {}, [SERVED, { ...SERVED, id: 'A2', userName: 'u-old' }], /key A2 of u-old is leaked/],
    ['a recorded key that the server has not', { recorded: ['A1', 'A0'] }, [SERVED], /has key A0, which the server has not/],
    ['a published key that was switched off', {}, [{ ...SERVED, status: 'Inactive' }], /has published A1, which does not work/],
    ['a published key that is gone', { recorded: [] }, [], /has published A1, which does not work/],
    ['an AccessKey without Secret', { published: undefined }, [SERVED], /has published none/],
    ['a rotation that was asked for', { asked: '4' }, [SERVED], /has yet to rotate/],
    ['a key of before', { recorded: ['A1', 'A0'] }, [SERVED, { ...SERVED, id: 'A0' }], /has its earlier key yet/],
  ])('finds %s', (_, over, served, trouble) => expect(keyTrouble([{ ...KEY, ...over }], [ROOT, ...served]).join('\n')).toMatch(trouble))
})
