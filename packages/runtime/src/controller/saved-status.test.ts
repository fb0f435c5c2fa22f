// What is noted down in the middle of a reconcile, before anything is done outside of the cluster.
import { expect, test } from 'vitest'
import { apiError } from '../fake/fake-server.ts'
import { Website, website } from '../fake/program.ts'
import { useWebsites } from '../fake/website-program.ts'

const start = useWebsites()
const KEY = ['Website.example.dev/v1', 'shop/shop'] as const

test('the server has the status when the call returns, and what is said later is written at the end', async () => {
  const found: unknown[] = []
  const { server, clock } = await start({
    async reconcile({ status, saveStatus }) {
      status.message = 'about to'
      await saveStatus()
      found.push(server.find(...KEY))
      status.ready = true
    },
  })
  server.put(Website, website('shop'))
  await clock.advance(1000)
  expect(found).toMatchObject([{ status: { message: 'about to' } }])
  expect(found).not.toMatchObject([{ status: { ready: true } }])
  expect(server.find(...KEY)).toMatchObject({ status: { message: 'about to', ready: true } })
  await clock.advance(3_600_000)
  expect(server.writes, 'two writes, and no reconcile for them').toHaveLength(2)
})

test('what the server has already is not written again, neither then nor at the end', async () => {
  const { server, clock } = await start({
    async reconcile({ status, saveStatus }) {
      status.message = 'about to'
      await saveStatus()
      await saveStatus()
    },
  })
  server.put(Website, website('shop'))
  await clock.advance(1000)
  expect(server.writes).toHaveLength(1)
})

test('what was noted down for the end and taken back is taken back', async () => {
  const { server, clock } = await start({
    async reconcile({ status, saveStatus }) {
      status.message = 'about to'
      await saveStatus()
      delete status.message
    },
  })
  server.put(Website, website('shop'))
  await clock.advance(20)
  expect(server.find(...KEY)).not.toMatchObject({ status: { message: 'about to' } })
})

test('where the object has changed since it was read nothing is noted down and nothing done: the next reconcile sees it as it is', async () => {
  const done: string[] = []
  let runs = 0
  const { server, clock, said } = await start({
    async reconcile({ object, status, saveStatus }) {
      if (++runs === 1) server.put(Website, website('shop', 'second', { uid: object.metadata.uid! }))
      status.message = object.spec.image
      await saveStatus()
      done.push(object.spec.image)
    },
  })
  server.put(Website, website('shop', 'first'))
  await clock.advance(1000)
  expect(done).toEqual(['second'])
  expect(said('error')).toEqual([])
})

test('a server that refuses the note fails the reconcile before anything is done', async () => {
  let done = 0
  const { server, clock } = await start({
    async reconcile({ status, saveStatus }) {
      status.message = 'about to'
      await saveStatus()
      done++
    },
  })
  server.failWith(({ verb }) => (verb === 'patch' ? apiError(503, 'ServiceUnavailable') : undefined))
  server.put(Website, website('shop'))
  await clock.advance(1000)
  expect(done).toBe(0)
  server.heal()
  await clock.advance(10_000)
  expect(done).toBe(1)
})
