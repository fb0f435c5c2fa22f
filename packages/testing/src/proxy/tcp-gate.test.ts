import { once } from 'node:events'
import { connect, createServer, type Server, type Socket } from 'node:net'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { portOf } from '../process/free-port.ts'
import { type TcpGate, tcpGate } from './tcp-gate.ts'

let echo: Server
let peers: Socket[]
let gate: TcpGate

beforeEach(async () => {
  peers = []
  echo = createServer((socket) => {
    peers.push(socket)
    socket.on('error', () => {})
    socket.pipe(socket)
  })
  echo.listen(0, '127.0.0.1')
  await once(echo, 'listening')
  gate = await tcpGate(portOf(echo))
})

afterEach(async () => {
  await gate.shut()
  for (const peer of peers) peer.destroy()
  await new Promise((closed) => echo.close(closed))
})

async function dial(): Promise<Socket> {
  const socket = connect(gate.port, '127.0.0.1')
  await once(socket, 'connect')
  return socket
}

test('bytes go through in both directions', async () => {
  const socket = await dial()
  socket.write('ping')
  const [answer] = (await once(socket, 'data')) as [Buffer]
  expect(answer.toString()).toBe('ping')
  socket.destroy()
})

test('shutting cuts the connections there are and refuses new ones; opening listens on the same port', async () => {
  const socket = await dial()
  socket.write('ping')
  await once(socket, 'data')
  const { port } = gate
  await gate.shut()
  await once(socket, 'close')
  await expect(dial()).rejects.toThrow('ECONNREFUSED')
  await gate.open()
  expect(gate.port).toBe(port)
  const again = await dial()
  again.write('pong')
  expect(String((await once(again, 'data'))[0])).toBe('pong')
  again.destroy()
})

test('one side’s end is the other’s', async () => {
  const socket = await dial()
  socket.write('ping')
  await once(socket, 'data')
  peers[0]!.destroy()
  await once(socket, 'close')
})

test('opening an open gate and shutting a shut one do nothing', async () => {
  await gate.open()
  await gate.shut()
  await gate.shut()
  await gate.open()
  ;(await dial()).destroy()
})
