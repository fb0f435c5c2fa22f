import { expect, test } from 'vitest'
import { appeared, type Narration, tell, vanished } from './narration.ts'

const configMap = (name: string) => ({ kind: 'ConfigMap', metadata: { namespace: 'demo', name } })
const start: Narration = { left: new Map([['ConfigMap', 5]]), gone: [] }

test('nothing happened: nothing is told', () => {
  expect(tell(start)[1]).toEqual([])
})

test('deletions of one kind become one line that counts what is left', () => {
  const story = ['a', 'b'].reduce((now, name) => vanished(now, configMap(name)), start)
  expect(tell(story)[1]).toEqual(['deleted 2 ConfigMaps: demo/a, demo/b; 3 left'])
})

test('many names are cut, the count is not', () => {
  const story = ['a', 'b', 'c', 'd', 'e'].reduce((now, name) => vanished(now, configMap(name)), start)
  expect(tell(story)[1]).toEqual(['deleted 5 ConfigMaps: demo/a, demo/b, demo/c and 2 more; 0 left'])
})

test('what was told is not told again, and new objects count', () => {
  const [after] = tell(vanished(start, configMap('a')))
  expect(tell(after)[1]).toEqual([])
  expect(tell(vanished(appeared(after, 'ConfigMap'), configMap('b')))[1]).toEqual(['deleted 1 ConfigMap: demo/b; 4 left'])
})
