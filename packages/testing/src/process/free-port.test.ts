import { once } from 'node:events'
import { createServer } from 'node:net'
import { expect, test } from 'vitest'
import { freePorts, portOf } from './free-port.ts'

test('ports are all different, and free', async () => {
  const ports = await freePorts(8)
  expect(new Set(ports).size).toBe(8)
  for (const port of ports) {
    const server = createServer().listen(port, '127.0.0.1')
    await once(server, 'listening')
    expect(portOf(server)).toBe(port)
    await new Promise((closed) => server.close(closed))
  }
})

test('a server that does not listen has no port', () => {
  expect(() => portOf(createServer())).toThrow('the server does not listen on a port')
})
