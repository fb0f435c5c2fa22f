import { expect, test } from 'vitest'
import { lanes } from './lanes.ts'

test('no more than that many run at a time, each in its turn, and one that fails makes room, too', async () => {
  const inLane = lanes(2)
  const log: string[] = []
  const ends = new Map<string, () => void>()
  const works = ['a', 'b', 'c', 'd'].map((name) =>
    inLane(async () => {
      log.push(name)
      await new Promise<void>((end) => ends.set(name, end))
      if (name === 'a') throw new Error(name)
    }).catch((error: unknown) => log.push(String(error))),
  )
  const settled = () => new Promise((done) => setImmediate(done))
  await settled()
  expect(log).toEqual(['a', 'b'])
  ends.get('a')!()
  await settled()
  expect(log).toEqual(['a', 'b', 'c', 'Error: a'])
  ends.get('b')!()
  ends.get('c')!()
  await settled()
  ends.get('d')!()
  await Promise.all(works)
  expect(log).toEqual(['a', 'b', 'c', 'Error: a', 'd'])
})
