import { settle } from '@kubewright/testing/virtual-clock'
import { expect, test } from 'vitest'
import { TaskGroup } from './task-group.ts'

function group() {
  const failures: unknown[] = []
  return { failures, tasks: new TaskGroup((error) => failures.push(error)) }
}

test('it ends with its last task, one that came meanwhile included', async () => {
  const { tasks } = group()
  const [first, second] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
  tasks.add(first.promise)
  let over = false
  const ended = tasks.ended().then(() => {
    over = true
  })
  tasks.add(second.promise)
  first.resolve()
  await settle()
  expect({ over, size: tasks.size }).toEqual({ over: false, size: 1 })
  second.resolve()
  await ended
})

test('without tasks it has ended', async () => {
  await group().tasks.ended()
})

test('the first failure is told once and at once; the others are still awaited', async () => {
  const { tasks, failures } = group()
  const [bad, worse, slow] = [Promise.withResolvers<void>(), Promise.withResolvers<void>(), Promise.withResolvers<void>()]
  for (const { promise } of [bad, worse, slow]) tasks.add(promise)
  bad.reject(new Error('first'))
  worse.reject(new Error('second'))
  await settle()
  expect({ failures, size: tasks.size }).toEqual({ failures: [new Error('first')], size: 1 })
  slow.resolve()
  await expect(tasks.ended()).rejects.toThrow('first')
})
