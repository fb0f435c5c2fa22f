import { freePorts } from '@kubewright/testing'
import { expect, test } from 'vitest'
import { standInForEtcd } from './etcd.ts'

const terminal = (signal: AbortSignal) => ({
  stdout: { write: () => true },
  stderr: { write: () => true },
  environment: {},
  signal,
  insistence: new AbortController().signal,
})

test('it is healthy until it is asked to stop, and says that it is no etcd', async () => {
  const [port] = await freePorts(1)
  const url = `http://127.0.0.1:${port}`
  const stopping = new AbortController()
  const running = standInForEtcd(url, terminal(stopping.signal))
  await expect
    .poll(() =>
      fetch(`${url}/health`).then(
        (answer) => answer.json(),
        () => undefined,
      ),
    )
    .toMatchObject({ health: 'true' })
  const answer = await fetch(`${url}/v3/kv/range`, { method: 'POST', body: '{}' })
  expect([answer.status, await answer.text()]).toEqual([501, expect.stringContaining('this is not etcd')])
  stopping.abort()
  await running
  await expect(fetch(`${url}/health`)).rejects.toThrow()
})

test('a port that is taken is told with the flag', async () => {
  const [port] = await freePorts(1)
  const stopping = new AbortController()
  const first = standInForEtcd(`http://127.0.0.1:${port}`, terminal(stopping.signal))
  await expect
    .poll(() =>
      fetch(`http://127.0.0.1:${port}/health`).then(
        ({ status }) => status,
        () => 0,
      ),
    )
    .toBe(200)
  await expect(standInForEtcd(`http://127.0.0.1:${port}`, terminal(stopping.signal))).rejects.toThrow(
    `--listen-client-urls: cannot listen on 127.0.0.1:${port}`,
  )
  stopping.abort()
  await first
})
