import { once } from 'node:events'
import { connect } from 'node:net'
import { describe, expect, onTestFinished, test } from 'vitest'
import { virtualClock } from '../virtual-clock.ts'
import { fakeVault } from './fake-vault.ts'

async function start() {
  const vault = await fakeVault({ clock: virtualClock() })
  onTestFinished(() => vault.stop())
  const { port } = new URL(vault.address)
  const sendRaw = async (bytes: string) => {
    const socket = connect(Number(port), '127.0.0.1')
    await once(socket, 'connect')
    socket.write(bytes)
    return Buffer.concat(await socket.toArray())
      .toString()
      .split('\r\n')[0]
  }
  return { vault, sendRaw }
}

describe('what is no request is told so, and ends neither the node nor the program', () => {
  test.each([
    // Once an unhandled rejection: the target is no path, and Node's parser does not know the verb.
    'LIST :99999/v1/x HTTP/1.1',
    'LIST http://[/v1/x HTTP/1.1',
    'LIST * HTTP/1.1',
    'LIST /v1/%zz HTTP/1.1',
    'LIST ',
    'GET /v1/\0 HTTP/1.1',
    'NONSENSE',
  ])('%j', async (line) => {
    const { vault, sendRaw } = await start()
    expect(await sendRaw(`${line}\r\nhost: x\r\nconnection: close\r\n\r\n`)).toBe('HTTP/1.1 400 Bad Request')
    expect((await fetch(`${vault.address}/v1/sys/health`)).status).toBe(200)
  })
})

test('a body that this process would have to keep is refused when it is too large, whatever it is', async () => {
  const { vault } = await start()
  const answer = await fetch(`${vault.address}/v1/sys/unseal`, { method: 'PUT', body: Buffer.alloc(65 * 2 ** 20, 'a') })
  expect([answer.status, await answer.json()]).toEqual([413, { errors: ['http: request body too large'] }])
})
