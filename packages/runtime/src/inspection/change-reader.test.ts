import { type KubeObject, parseLabelSelector } from '@kubewright/core'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { ChangeLog } from './change-log.ts'
import { ChangeReader, type Told } from './change-reader.ts'

const object = (name: string, state = '1', labels: Record<string, string> = {}): KubeObject => ({
  apiVersion: 'example.dev/v1',
  kind: 'Website',
  metadata: { name, namespace: name < 'm' ? 'north' : 'south', uid: `uid-${name}`, resourceVersion: state, labels },
})
const brief = (told: readonly Told[]) =>
  told.map((news) => ('object' in news ? `${news.type} ${news.object.metadata.name} ${news.object.metadata.resourceVersion}` : news.type))

/** Everything until the reader is where the log is. */
function drain(reader: ChangeReader, most = 3, complete = true): readonly Told[] {
  const all: Told[] = []
  for (let told = reader.take(most, complete); told.length > 0; told = reader.take(most, complete)) all.push(...told)
  return all
}

function logOf(...names: readonly string[]): ChangeLog {
  const log = new ChangeLog()
  for (const name of names) log.put(object(name))
  return log
}

describe('a reader that comes for the first time', () => {
  test('is told what there is, then that this was all, then what happens', () => {
    const log = logOf('a', 'b')
    const reader = new ChangeReader(log, {}, undefined)
    expect(brief(drain(reader))).toEqual(['ADDED a 1', 'ADDED b 1', 'SYNCED'])
    log.put(object('a', '2'))
    log.remove(object('b'))
    log.put(object('c'))
    expect(brief(drain(reader))).toEqual(['MODIFIED a 2', 'DELETED b 1', 'ADDED c 1'])
    expect(brief(drain(reader))).toEqual([])
  })

  test('is not told that it was all before it is', () => {
    const reader = new ChangeReader(logOf('a'), {}, undefined)
    expect(brief(drain(reader, 3, false))).toEqual(['ADDED a 1'])
    expect(brief(drain(reader, 3, true))).toEqual(['SYNCED'])
  })

  test('is told nothing of what came and went before', () => {
    const log = logOf('a', 'b')
    log.remove(object('a'))
    expect(brief(drain(new ChangeReader(log, {}, undefined)))).toEqual(['ADDED b 1', 'SYNCED'])
  })
})

describe('a slow reader', () => {
  test('is told the last of many states, once', () => {
    const log = logOf('a')
    const reader = new ChangeReader(log, {}, undefined)
    drain(reader)
    for (let state = 2; state <= 1_000; state++) log.put(object('a', String(state)))
    expect(brief(drain(reader))).toEqual(['MODIFIED a 1000'])
  })

  test('is told of an object that changed before it was read as one that came', () => {
    const log = logOf('a', 'b', 'c', 'd')
    const reader = new ChangeReader(log, {}, undefined)
    expect(brief(reader.take(1, true))).toEqual(['ADDED a 1'])
    log.put(object('b', '2'))
    expect(brief(drain(reader))).toEqual(['ADDED c 1', 'ADDED d 1', 'ADDED b 2', 'SYNCED'])
  })
})

describe('a reader that comes again', () => {
  test('goes on where it was', () => {
    const log = logOf('a', 'b')
    const { last } = log
    log.put(object('a', '2'))
    log.remove(object('b'))
    log.put(object('c'))
    expect(brief(drain(new ChangeReader(log, {}, last)))).toEqual(['MODIFIED a 2', 'DELETED b 1', 'ADDED c 1', 'SYNCED'])
  })

  test.each([
    ['that has been away for longer than what is gone is remembered', 1],
    ['with a place that is not of this log', Number.POSITIVE_INFINITY],
  ])('%s forgets what it knew, and is told the present', (_, cursor) => {
    const log = new ChangeLog(2)
    for (const name of ['a', 'b', 'c', 'd']) log.put(object(name))
    for (const name of ['a', 'b', 'c']) log.remove(object(name))
    expect(brief(drain(new ChangeReader(log, {}, cursor)))).toEqual(['RESET', 'ADDED d 1', 'SYNCED'])
  })

  test('is told that an object is another one which has the name of one that was deleted', () => {
    const log = logOf('a')
    const { last } = log
    log.remove(object('a'))
    const again = object('a', '7')
    log.put({ ...again, metadata: { ...again.metadata, uid: 'uid-other' } })
    expect(brief(drain(new ChangeReader(log, {}, last)))).toEqual(['DELETED a 1', 'ADDED a 7', 'SYNCED'])
  })
})

describe('a selection', () => {
  test('of a namespace or of a name leaves out the others', () => {
    const log = logOf('a', 'b', 'z')
    expect(brief(drain(new ChangeReader(log, { namespace: 'north' }, undefined)))).toEqual(['ADDED a 1', 'ADDED b 1', 'SYNCED'])
    expect(brief(drain(new ChangeReader(log, { name: 'z' }, undefined)))).toEqual(['ADDED z 1', 'SYNCED'])
  })

  test('by labels makes an object come and go with them', () => {
    const log = new ChangeLog()
    const reader = new ChangeReader(log, { labels: parseLabelSelector('tier=gold') }, undefined)
    const become = (state: string, tier: string) => {
      log.put(object('a', state, { tier }))
      return brief(drain(reader))
    }
    expect(become('1', 'tin')).toEqual(['SYNCED'])
    expect(become('2', 'gold')).toEqual(['ADDED a 2'])
    expect(become('3', 'gold')).toEqual(['MODIFIED a 3'])
    expect(become('4', 'tin')).toEqual(['DELETED a 4'])
    expect(become('5', 'tin')).toEqual([])
    log.remove(object('a'))
    expect(brief(drain(reader))).toEqual([])
  })
})

test('whatever happens and however slowly it reads, a reader that takes what it is told knows the present', () => {
  const deeds = fc.array(
    fc.record({
      name: fc.constantFrom('a', 'b', 'c', 'x', 'y'),
      what: fc.constantFrom('put', 'gold', 'remove', 'read', 'leave'),
      most: fc.nat(3),
    }),
  )
  fc.assert(
    fc.property(deeds, fc.constantFrom(undefined, 'tier=gold'), (history, selector) => {
      const log = new ChangeLog(2)
      const selection = { labels: selector === undefined ? undefined : parseLabelSelector(selector) }
      let reader = new ChangeReader(log, selection, undefined)
      const known = new Map<string, string>()
      const take = (told: readonly Told[]) => {
        for (const news of told) {
          if (news.type === 'RESET') known.clear()
          if (!('object' in news)) continue
          const { uid = '', resourceVersion = '' } = news.object.metadata
          if (news.type === 'DELETED') known.delete(uid)
          else {
            if (news.type === 'ADDED') expect(known.has(uid)).toBe(false)
            known.set(uid, resourceVersion)
          }
        }
      }
      const present = new Map<string, KubeObject>()
      let state = 0
      for (const { name, what, most } of history) {
        if (what === 'read') take(reader.take(most + 1, true))
        else if (what === 'leave') reader = new ChangeReader(log, selection, reader.cursor)
        else if (what === 'remove') {
          const gone = present.get(name)
          present.delete(name)
          if (gone !== undefined) log.remove(gone)
        } else {
          const uid = present.get(name)?.metadata.uid ?? `uid-${++state}`
          const base = object(name, String(++state), what === 'gold' ? { tier: 'gold' } : {})
          const next = { ...base, metadata: { ...base.metadata, uid } }
          present.set(name, next)
          log.put(next)
        }
      }
      take(drain(reader))
      const wanted = [...present.values()].filter(({ metadata }) => selector === undefined || metadata.labels?.['tier'] === 'gold')
      expect(new Map([...known].sort())).toEqual(
        new Map(wanted.map(({ metadata }) => [metadata.uid!, metadata.resourceVersion!] as const).sort()),
      )
    }),
    { numRuns: 500 },
  )
})

test('a log grows with its objects and not with what happens to them', () => {
  const log = new ChangeLog(10)
  for (let change = 0; change < 100_000; change++) {
    log.put(object(`o${change % 50}`, String(change)))
    if (change % 3 === 0) log.remove(object(`o${change % 50}`))
  }
  expect(log.size).toBeLessThanOrEqual(60)
  expect(log.after(log.last - 1, 1_000)).toHaveLength(1)
})
