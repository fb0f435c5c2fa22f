import { expect, test } from 'vitest'
import { Agenda } from './agenda.ts'
import type { TrackedObject } from './tracked-object.ts'

const item = (uid: string) => ({ seen: { uid }, rank: 0, heapIndex: -1 }) as unknown as TrackedObject
const at = (wall: number, mono: number) => ({ wall, mono })

test('what changes by itself is taken at its date, what waits at its monotonic time', () => {
  const [expires, waits] = [item('a'), item('b')]
  const agenda = new Agenda()
  agenda.expireAt(expires, 1_000)
  agenda.delayUntil(waits, 50)
  expect(agenda.takeExpired(at(999, 49))).toBeUndefined()
  expect(agenda.takeDelayed(at(999, 49))).toBeUndefined()
  expect(agenda.wait(at(990, 20))).toBe(10)
  expect(agenda.wait(at(900, 20))).toBe(30)
  expect(agenda.takeExpired(at(1_000, 0))).toBe(expires)
  // Setting the clock shortens no pause.
  expect(agenda.takeDelayed(at(9_999_999, 49))).toBeUndefined()
  expect(agenda.takeDelayed(at(0, 50))).toBe(waits)
  expect(agenda.wait(at(0, 0))).toBe(Number.POSITIVE_INFINITY)
})

test('what is taken off is not met again', () => {
  const object = item('a')
  const agenda = new Agenda()
  agenda.delayUntil(object, 10)
  agenda.remove(object)
  agenda.remove(object)
  expect(agenda.takeDelayed(at(0, 99))).toBeUndefined()
})
