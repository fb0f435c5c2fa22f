import { settle } from '@kubewright/testing/virtual-clock'
import { expect, test } from 'vitest'
import { RunTasks } from './run-tasks.ts'

const read = { do: 'read', namespaces: new Set(['team']) } as const
const forever = new AbortController().signal

test('what was asked for is done next, whether or not somebody waited for it', async () => {
  const tasks = new RunTasks()
  tasks.ask(read)
  expect(await tasks.next(forever)).toBe(read)
  const waiting = tasks.next(forever)
  tasks.ask({ do: 'open' })
  expect(await waiting).toEqual({ do: 'open' })
})

test('to open is more than to read, in whatever order they are asked for', async () => {
  const tasks = new RunTasks()
  for (const order of [[read, { do: 'open' }] as const, [{ do: 'open' }, read] as const]) {
    for (const task of order) tasks.ask(task)
    expect(await tasks.next(forever)).toEqual({ do: 'open' })
  }
})

test('what is being done is not done once more', async () => {
  const tasks = new RunTasks()
  tasks.ask(read)
  tasks.clear()
  let done = false
  const stop = new AbortController()
  const waiting = tasks.next(stop.signal).then(() => {
    done = true
  })
  await settle()
  expect(done).toBe(false)
  stop.abort(new Error('over'))
  await expect(waiting).rejects.toThrow('over')
})
