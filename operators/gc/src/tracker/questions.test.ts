import { expect, test } from 'vitest'
import { at, sighting } from '../fake/tracker-bench.ts'
import { Questions } from './questions.ts'
import { newlyTracked, type TrackedObject } from './tracked-object.ts'

const now = { wall: 1_000, mono: 1_000 }

function said(name: string, until: number | undefined, isAsked = false): TrackedObject {
  const object = newlyTracked(sighting(name))
  object.words.set('p', { opinion: { ...at(0), until }, resourceVersion: '1', isAsked })
  return object
}

test('a word that holds no longer is asked for once, one that holds is not', () => {
  const questions = new Questions()
  const old = said('old', 1_000)
  for (const object of [old, said('good', 1_001), said('for-ever', undefined), said('asked', 0, true), old]) questions.askOnce(object, now)
  expect(questions.next(now)).toMatchObject({ do: 'judge', policy: 'p', object: { name: 'old' }, opinion: { until: 1_000 } })
  expect(questions.next(now)).toBeUndefined()
})

test('what was answered before its turn came is not asked', () => {
  const questions = new Questions()
  const object = said('a', 0)
  questions.askPolicy('p', object)
  object.words.set('p', { opinion: at(0), resourceVersion: '2', isAsked: false })
  expect(questions.next(now)).toBeUndefined()
})

test('the server is asked about what is still in doubt', () => {
  const questions = new Questions()
  const [stale, gone, settled, left] = ['stale', 'gone', 'settled', 'left'].map((name) => said(name, undefined)) as TrackedObject[]
  stale!.progress = { is: 'stale', resourceVersion: '1' }
  gone!.progress = { is: 'gone' }
  left!.progress = { is: 'gone' }
  left!.words.clear()
  for (const object of [stale, settled, left, gone]) questions.askServer(object!)
  expect([questions.next(now), questions.next(now), questions.next(now)]).toMatchObject([
    { do: 'fetch', policies: ['p'], object: { name: 'stale' } },
    { do: 'fetch', policies: ['p'], object: { name: 'gone' } },
    undefined,
  ])
})
