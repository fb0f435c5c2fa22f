import { virtualClock } from '@kubewright/testing/virtual-clock'
import { expect, test } from 'vitest'
import { MissedKeys } from './missed-keys.ts'

const all = () => true

function bench(most?: number) {
  const clock = virtualClock()
  const missed = new MissedKeys({ clock, span: 1_000, ...(most === undefined ? {} : { most }) })
  return { clock, missed }
}

test('what has waited longest comes first, however often it has changed since', async () => {
  const { clock, missed } = bench()
  for (const key of ['a', 'b', 'a', 'c']) {
    missed.note(key)
    await clock.advance(10)
  }
  expect(missed.take(all)).toEqual(['a', 'b', 'c'])
  expect(missed.take(all)).toEqual([])
})

test('only what is asked for is taken', () => {
  const { missed } = bench()
  for (const key of ['a', 'b', 'c']) missed.note(key)
  expect(missed.take((key) => key === 'b')).toEqual(['b'])
  expect(missed.take(all)).toEqual(['a', 'c'])
})

test('changes that are over for long are forgotten: their replica has worked on them', async () => {
  const { clock, missed } = bench()
  missed.note('old')
  await clock.advance(900)
  missed.note('new')
  await clock.advance(200)
  expect(missed.take(all)).toEqual(['new'])
})

test('of what its owner has worked on for a while, and then no more, the time since then counts', async () => {
  const { clock, missed } = bench()
  missed.note('handled and missed late')
  await clock.advance(700)
  missed.note('missed early')
  await clock.advance(200)
  missed.note('handled and missed late')
  await clock.advance(500)
  expect(missed.take(all)).toEqual(['missed early', 'handled and missed late'])
})

test('what changes all the time is not forgotten with its first change', async () => {
  const { clock, missed } = bench()
  for (let n = 0; n < 30; n++) {
    missed.note('busy')
    await clock.advance(100)
  }
  expect(missed.take(all)).toEqual(['busy'])
})

test('there are never more than so many, and the newest stay', async () => {
  const { clock, missed } = bench(3)
  for (const key of ['a', 'b', 'c', 'd', 'e']) {
    missed.note(key)
    await clock.advance(1)
  }
  expect(missed.size).toBe(3)
  expect(missed.take(all)).toEqual(['c', 'd', 'e'])
})

test('any number of changes costs no more memory than what is remembered of them', async () => {
  const { clock, missed } = bench(1_000)
  for (let n = 0; n < 100_000; n++) missed.note(`key-${n}`)
  expect(missed.size).toBe(1_000)
  await clock.advance(2_000)
  missed.note('one')
  expect(missed.size).toBe(1)
})
