import { expect, test } from 'vitest'
import type { Schema } from '../schema.ts'
import { rulePath } from './rule-path.ts'

const text: Schema = { type: 'string' }
const schema: Schema = {
  type: 'object',
  properties: {
    a: { type: 'object', properties: { b: text, 'c.d': text, "it's": text, constructor: text } },
    map: { type: 'object', additionalProperties: { type: 'object', properties: { x: text } } },
    list: { type: 'array', items: text },
  },
}

test.each([
  ['.a', 'a'],
  ['.a.b', 'a.b'],
  [".a['c.d']", 'a.c.d'],
  ["['a'].b", 'a.b'],
  [".a['it\\'s']", "a.it's"],
  ['.a.constructor', 'a.constructor'],
  ['.map.key.x', 'map[key].x'],
  [".map['a/b'].x", 'map[a/b].x'],
])('%s is the place %s', (path, place) => {
  expect(rulePath(path, schema)).toBe(place)
})

test.each(['a', '.', '.a.', '..a', '.z', '.constructor', '.list[0]', ".list['0']", ".a['b'", ".a['b]", ".a['\\q']", '.a[b]', '.a.b.c'])(
  '%s is no place',
  (path) => {
    expect(rulePath(path, schema)).toBeUndefined()
  },
)
