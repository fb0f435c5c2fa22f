import type { Health, ObjectRow } from '../../model/snapshot.ts'

export type SortKey = 'health' | 'kind' | 'namespace' | 'name' | 'changed'

/** The worst first. */
export const HEALTHS: readonly Health[] = ['failing', 'deleting', 'progressing', 'paused', 'ok', 'none']

export const HEALTH_WORDS: Readonly<Record<Health, string>> = {
  failing: 'failing',
  deleting: 'deleting',
  progressing: 'progressing',
  paused: 'paused',
  ok: 'healthy',
  none: 'no status',
}

/**
 * Whether a row has all the words, anywhere in its kind, namespace, name and reason; `kind:`, `ns:` and `is:` look in one place.
 * `ns:shop web` is everything called web in the namespaces with shop in their names.
 */
export function matcherOf(text: string): (row: ObjectRow) => boolean {
  const terms = text
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== '')
  const tests = terms.map((term): ((row: ObjectRow) => boolean) => {
    const [, place, word = ''] = /^(kind|ns|is):(.*)$/.exec(term) ?? []
    if (place === 'kind') return ({ kind }) => kind.toLowerCase().includes(word)
    if (place === 'ns') return ({ namespace }) => namespace.toLowerCase().includes(word)
    if (place === 'is') return ({ health }) => HEALTH_WORDS[health].startsWith(word) || health.startsWith(word)
    return ({ kind, namespace, name, reason }) => `${kind} ${namespace}/${name} ${reason}`.toLowerCase().includes(term)
  })
  return (row) => tests.every((test) => test(row))
}

export function sorted(rows: readonly ObjectRow[], key: SortKey): readonly ObjectRow[] {
  const byName = (a: ObjectRow, b: ObjectRow) => compare(a.kind, b.kind) || compare(a.namespace, b.namespace) || compare(a.name, b.name)
  switch (key) {
    case 'health':
      return rows.toSorted((a, b) => HEALTHS.indexOf(a.health) - HEALTHS.indexOf(b.health) || byName(a, b))
    case 'kind':
      return rows.toSorted(byName)
    case 'namespace':
      return rows.toSorted((a, b) => compare(a.namespace, b.namespace) || byName(a, b))
    case 'name':
      return rows.toSorted((a, b) => compare(a.name, b.name) || byName(a, b))
    case 'changed':
      return rows.toSorted((a, b) => b.changed - a.changed || byName(a, b))
  }
}

export function healthCounts(rows: Iterable<ObjectRow>): Readonly<Record<Health, number>> {
  const counts: Record<Health, number> = { failing: 0, deleting: 0, progressing: 0, paused: 0, ok: 0, none: 0 }
  for (const { health } of rows) counts[health]++
  return counts
}

const compare = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0)
