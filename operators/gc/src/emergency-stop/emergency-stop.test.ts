import { expect, test } from 'vitest'
import { EMERGENCY_STOP_NAME, EmergencyStop, emergencyStop } from './emergency-stop.ts'

test('as long as one stop is left, collection stands still, and says by which', () => {
  const stop = new EmergencyStop()
  expect(stop.reason).toBeUndefined()
  const ours = emergencyStop('a wrong selector')
  const theirs = { ...emergencyStop(), metadata: { name: 'migration' } }
  stop.set(ours)
  stop.set(theirs)
  expect(stop.reason).toBe('GarbageCollectionStop "emergency-stop" stops all collection: a wrong selector')
  stop.remove(ours)
  expect(stop.reason).toBe('GarbageCollectionStop "migration" stops all collection')
  stop.remove(theirs)
  expect(stop.reason).toBeUndefined()
})

test('what the command makes has a name of its own, and is legal', () => {
  expect(emergencyStop('x')).toMatchObject({
    kind: 'GarbageCollectionStop',
    metadata: { name: EMERGENCY_STOP_NAME },
    spec: { reason: 'x' },
  })
})
