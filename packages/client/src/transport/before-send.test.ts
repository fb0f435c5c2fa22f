import { getEventListeners } from 'node:events'
import { setTimeout as delay } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { connectTo } from '../connect.ts'
import { json, refuse, scriptedServer } from '../test-server/scripted-server.ts'

const no = () => {
  throw new Error('not any more')
}

test('beforeSend is asked before each attempt, and what it throws is the answer: a retry is not sent', async () => {
  await using server = await scriptedServer((_request, response) => refuse(response, 429, 'TooManyRequests', { 'retry-after': '0' }))
  const client = connectTo({ server: server.url }, { random: () => 0 })
  let asked = 0
  const beforeSend = () => {
    if (++asked === 3) no()
  }
  await expect(client.request('POST', '/x', { body: {}, beforeSend })).rejects.toThrow('not any more')
  expect([asked, server.received.length]).toEqual([3, 2])
  await client.close()
})

test('a request that waited for a free connection is asked when it gets one, and its refusal leaves the connection to the next', async () => {
  await using server = await scriptedServer(async (_request, response) => {
    await delay(20)
    json(response, {})
  })
  const client = connectTo({ server: server.url }, { connections: 1 })
  const stop = new AbortController()
  let over = false
  const first = client.request('GET', '/first').then(() => {
    over = true
  })
  const second = client.request('PUT', '/second', { body: {}, signal: stop.signal, beforeSend: () => over && no() })
  await expect(second).rejects.toThrow('not any more')
  await first
  await client.request('GET', '/third')
  expect(server.received.map(({ path }) => path)).toEqual(['/first', '/third'])
  expect(server.connections).toBe(1)
  expect(getEventListeners(stop.signal, 'abort')).toEqual([])
  await client.close()
})
