import { expect, test } from 'vitest'
import { RecreationWatch } from './recreation.ts'

const named = (name: string, more: object = {}) => ({ metadata: { name, namespace: 'team', uid: name, ...more } })
const controlled = (name: string) =>
  named(name, { ownerReferences: [{ apiVersion: 'apps/v1', kind: 'ReplicaSet', name: 'rs', uid: 'rs', controller: true }] })

function fight(times: number, make: (n: number) => object, after: number): RecreationWatch {
  const watch = new RecreationWatch()
  for (let n = 0; n < times; n++) {
    watch.deleted(make(n) as never, n * 60_000)
    watch.appeared(make(n + 1) as never, n * 60_000 + after)
  }
  return watch
}

test.each<[string, number, (n: number) => object, number, boolean]>([
  ['five times under its name', 5, () => named('a'), 900, true],
  ['S7: five times out of the hands of one controller', 5, (n) => controlled(`rs-${n}`), 900, true],
  ['four times', 4, () => named('a'), 900, false],
  ['a minute later, as what comes every minute does', 20, () => named('a'), 59_000, false],
  ['others under other names', 20, (n) => named(`a${n}`), 900, false],
  ['names that were made up, as those of many producers are', 20, (n) => named(`a${n}`, { generateName: 'a' }), 900, false],
])('%s', (_, times, make, after, isLoop) => {
  expect(fight(times, make, after).loop !== undefined).toBe(isLoop)
})

test('it says what comes back', () => {
  expect(fight(5, (n) => controlled(`rs-${n}`), 900).loop).toContain('what ReplicaSet "rs" controls in namespace team')
})
