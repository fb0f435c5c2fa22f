import { describe, expect, test } from 'vitest'
import type { Health, ObjectRow } from '../../model/snapshot.ts'
import { healthCounts, matcherOf, type SortKey, sorted } from './filter.ts'

const row = (kind: string, namespace: string, name: string, health: Health = 'ok', changed = 0): ObjectRow => {
  return {
    id: `${kind}/${namespace}/${name}`,
    kind,
    namespace,
    name,
    health,
    reason: health === 'failing' ? 'NoSuchHost' : '',
    created: 0,
    changed,
  }
}
const ROWS = [
  row('Pod', 'shop', 'web-1', 'ok', 3),
  row('Website.example.dev', 'shop', 'web', 'failing', 1),
  row('Secret', 'bank', 'token', 'none', 2),
]

describe('looking for objects', () => {
  test.each<[string, readonly string[]]>([
    ['', ['web-1', 'web', 'token']],
    ['WEB', ['web-1', 'web']],
    ['shop/web', ['web-1', 'web']],
    ['kind:pod', ['web-1']],
    ['ns:bank', ['token']],
    ['is:failing', ['web']],
    ['is:healthy', ['web-1']],
    ['is:ok', ['web-1']],
    ['nosuchhost', ['web']],
    ['ns:shop kind:website', ['web']],
    ['ns:shop token', []],
    ['  web   is:failing ', ['web']],
  ])('"%s"', (text, names) => {
    expect(ROWS.filter(matcherOf(text)).map(({ name }) => name)).toEqual(names)
  })

  test.each<[SortKey, readonly string[]]>([
    ['health', ['web', 'web-1', 'token']],
    ['kind', ['web-1', 'token', 'web']],
    ['namespace', ['token', 'web-1', 'web']],
    ['name', ['token', 'web', 'web-1']],
    ['changed', ['web-1', 'token', 'web']],
  ])('in the order of %s', (key, names) => {
    expect(sorted(ROWS, key).map(({ name }) => name)).toEqual(names)
  })

  test('how many are how', () => {
    expect(healthCounts(ROWS)).toEqual({ ok: 1, failing: 1, none: 1, progressing: 0, deleting: 0, paused: 0 })
  })
})
