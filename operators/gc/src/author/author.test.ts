import { expect, test } from 'vitest'
import { AUTHOR_ANNOTATION, authorOf, authorshipOf, writeAuthor } from './author.ts'

const author = { user: 'ann', groups: ['team'], extra: { scopes: ['a'] } }
const recorded = (text: string | undefined, generation = 3) =>
  authorshipOf({ metadata: { generation, ...(text !== undefined && { annotations: { [AUTHOR_ANNOTATION]: text } }) } })

test('what was written is read again', () => {
  expect(recorded(writeAuthor(author, 3))).toEqual({ is: 'known', author })
  expect(recorded(writeAuthor({ ...author, uid: 'u' }, 3))).toEqual({ is: 'known', author: { ...author, uid: 'u' } })
})

test.each<[string, string | undefined, RegExp]>([
  ['there is none', undefined, /is missing/],
  ['it is of another generation', writeAuthor(author, 2), /that of generation 2, and the spec is of 3/],
  ['it is no JSON', '{', /cannot be read/],
  ['it is no object', '["ann"]', /cannot be read/],
  ['it is null', 'null', /cannot be read/],
  ['it names nobody', JSON.stringify({ ...author, user: '', generation: 3 }), /cannot be read/],
  ['its name is no text', JSON.stringify({ ...author, user: 7, generation: 3 }), /cannot be read/],
  ['its generation is no number', JSON.stringify({ ...author, generation: '3' }), /cannot be read/],
  ['it has no groups: a user without groups is another user', JSON.stringify({ user: 'ann', extra: {}, generation: 3 }), /cannot be read/],
  ['its groups are no texts', JSON.stringify({ ...author, groups: [1], generation: 3 }), /cannot be read/],
  ['its extra is no record of texts', JSON.stringify({ ...author, extra: { scopes: 'a' }, generation: 3 }), /cannot be read/],
])('nobody’s rights count when %s', (_, text, why) => {
  expect(recorded(text)).toMatchObject({ is: 'unknown', why: expect.stringMatching(why) as unknown })
})

test('what says who somebody is is kept, and what says how they logged in is not', () => {
  const user = {
    username: 'ann',
    uid: 'u',
    groups: ['team'],
    extra: { 'authentication.kubernetes.io/credential-id': ['JTI=secret'], 'authentication.kubernetes.io/pod-name': ['p'], scopes: ['a'] },
  }
  expect(authorOf(user)).toEqual({ user: 'ann', uid: 'u', groups: ['team'], extra: { scopes: ['a'] } })
})

test('an API server that says less is understood', () => {
  expect(authorOf({ username: 'ann' })).toEqual({ user: 'ann', groups: [], extra: {} })
  expect(authorOf({ username: 'ann', uid: '' })).not.toHaveProperty('uid')
})
