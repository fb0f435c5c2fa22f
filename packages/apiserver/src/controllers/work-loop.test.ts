import { virtualClock } from '@kubewright/testing/virtual-clock'
import { expect, test } from 'vitest'
import { WorkLoop } from './work-loop.ts'

const loopOf = (work: (key: string) => void) => {
  const clock = virtualClock()
  const lines: string[] = []
  return { clock, lines, loop: new WorkLoop({ clock, work, log: (line) => lines.push(line), name: 'tester' }) }
}

test('a key is dealt with later, and once, however often it was added', async () => {
  const done: string[] = []
  const { clock, loop } = loopOf((key) => done.push(key))
  for (const key of ['a', 'b', 'a']) loop.add(key)
  expect(done).toEqual([])
  await clock.advance(0)
  expect(done).toEqual(['a', 'b'])
  loop.add('a')
  await clock.advance(0)
  expect(done).toEqual(['a', 'b', 'a'])
})

test('a key that fails is said and tried again after a second, while others go on', async () => {
  const done: string[] = []
  let isBroken = true
  const { clock, lines, loop } = loopOf((key) => {
    if (key === 'bad' && isBroken) throw new Error('no luck')
    done.push(key)
  })
  loop.add('bad')
  loop.add('good')
  await clock.advance(999)
  expect([done, lines]).toEqual([['good'], ['apiserver: tester: bad: no luck']])
  isBroken = false
  await clock.advance(1)
  expect(done).toEqual(['good', 'bad'])
})

test('many keys take several turns, so that others get theirs', async () => {
  const done: string[] = []
  const { clock, loop } = loopOf((key) => done.push(key))
  for (let key = 0; key < 450; key++) loop.add(String(key))
  const firstTurns: number[] = []
  clock.setTimer(0, () => firstTurns.push(done.length))
  await clock.advance(0)
  expect(firstTurns).toEqual([200])
  expect(done).toHaveLength(450)
})

test('a loop that has stopped does nothing more and leaves no timer', async () => {
  const done: string[] = []
  const { clock, loop } = loopOf((key) => {
    done.push(key)
    throw new Error('again')
  })
  loop.add('a')
  await clock.advance(0)
  loop.add('b')
  loop.stop()
  loop.add('c')
  expect(clock.pending).toBe(0)
  await clock.advance(10_000)
  expect(done).toEqual(['a'])
})
