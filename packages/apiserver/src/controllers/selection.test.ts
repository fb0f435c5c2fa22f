import { expect, test } from 'vitest'
import { BASIC_CONTROLLERS, CONTROLLER_NAMES, type ControllerSelection, selectedControllers } from './selection.ts'

const all = CONTROLLER_NAMES
test.each<[ControllerSelection, readonly string[]]>([
  [true, BASIC_CONTROLLERS],
  [false, []],
  [[], []],
  [['*'], all],
  [['*', '-job', '-cronjob'], all.filter((name) => name !== 'job' && name !== 'cronjob')],
  [
    ['deployment', 'namespace'],
    ['namespace', 'deployment'],
  ],
  [['job', '-job'], []],
])('%j runs %j', (selection, names) => {
  expect([...selectedControllers(selection)]).toEqual(names)
})

test('a name that no controller has is refused with those that there are', () => {
  expect(() => selectedControllers(['*', '-deploymnet'])).toThrow(
    'controllers: "-deploymnet" is none of them: give *, or some of garbage-collector',
  )
})
