import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { portOf } from '../process/free-port.ts'
import type { ServerProcess } from '../process/server-process.ts'
import { probe, untilReady } from './readiness.ts'

const running = (exited: Promise<string> = new Promise(() => {})): ServerProcess => ({
  name: 'kube-apiserver',
  pid: 0,
  exited,
  stop: async () => {},
  lastWords: () => 'Error: unknown flag: --nonsense',
})

describe('waiting for a server', () => {
  test('goes on through refusals and wrong answers until the right one', async () => {
    const answers = [new Error('ECONNREFUSED'), 500, 403, 200]
    let asked = 0
    await untilReady(running(), async () => {
      const answer = answers[asked++]!
      if (answer instanceof Error) throw answer
      return { status: Number(answer), body: '' }
    })
    expect(asked).toBe(4)
  })

  test('ends with the server’s last words when it ends', async () => {
    const waiting = untilReady(running(Promise.resolve('kube-apiserver ended with exit code 1')), () =>
      Promise.reject(new Error('ECONNREFUSED')),
    )
    await expect(waiting).rejects.toThrow(
      'kube-apiserver ended with exit code 1 before it was ready. Its last words:\nError: unknown flag: --nonsense',
    )
  })

  test('ends when it is told to', async () => {
    const controller = new AbortController()
    const waiting = untilReady(running(), () => Promise.reject(new Error('ECONNREFUSED')), controller.signal)
    controller.abort(new Error('the test is over'))
    await expect(waiting).rejects.toThrow('the test is over')
  })
})

describe('one probe', () => {
  let server: Server
  let url: string
  beforeEach(async () => {
    server = createServer((incoming, answer) => {
      let body = ''
      incoming.on('data', (chunk: Buffer) => {
        body += chunk.toString()
      })
      incoming.once('end', () => answer.writeHead(201).end(`${incoming.method} ${incoming.url} ${incoming.headers.authorization} ${body}`))
    })
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    url = `http://127.0.0.1:${portOf(server)}`
  })
  afterEach(() => new Promise((closed) => server.close(closed)))

  test('brings status and body, and takes token and body along', async () => {
    expect(await probe(`${url}/readyz`)).toEqual({ status: 201, body: 'GET /readyz undefined ' })
    expect(await probe(`${url}/x`, { method: 'POST', token: 't', body: '{}' })).toEqual({ status: 201, body: 'POST /x Bearer t {}' })
  })

  test('fails when nobody listens', async () => {
    await expect(probe('http://127.0.0.1:1/')).rejects.toThrow(/ECONNREFUSED/)
  })
})
