import { once } from 'node:events'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { Authority } from '@kubewright/core/certificates'
import { virtualClock } from '@kubewright/testing/virtual-clock'
import { describe, expect, onTestFinished, test } from 'vitest'
import { Store } from '../storage/index.ts'
import { WebhookClient } from './webhook-client.ts'

async function world(answer: (body: string) => { readonly code?: number; readonly text?: string } | 'silence', names = ['127.0.0.1']) {
  const authority = new Authority(Date.now())
  const connections: unknown[] = []
  const serving = authority.server(names)
  const paths: string[] = []
  const server = createServer(serving, async (incoming, outgoing) => {
    paths.push(incoming.url ?? '')
    const said = answer(Buffer.concat(await incoming.toArray()).toString())
    if (said === 'silence') return
    outgoing.writeHead(said.code ?? 200)
    outgoing.end(said.text ?? '{}')
  })
  server.on('secureConnection', (socket) => connections.push(socket))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const clock = virtualClock()
  const store = new Store({ clock, history: { entries: 10, age: 1000 } })
  const client = new WebhookClient(store, clock)
  onTestFinished(() => {
    client.close()
    server.closeAllConnections()
    server.close()
  })
  const url = `https://127.0.0.1:${port}/x`
  const config = { url, caBundle: Buffer.from(authority.cert).toString('base64') }
  const call = (over: Partial<Parameters<WebhookClient['call']>[0]> = {}) =>
    client.call({ config, body: { a: 1 }, timeoutSeconds: 3, signal: new AbortController().signal, ...over })
  return { clock, store, client, call, url, port, config, connections, serving, paths }
}

describe('a call', () => {
  test('sends the body and gives the answer, over one connection for many', async () => {
    const { call, connections } = await world((body) => ({ text: JSON.stringify({ got: JSON.parse(body) }) }))
    for (let times = 0; times < 3; times++) expect(await call()).toEqual({ got: { a: 1 } })
    expect(connections).toHaveLength(1)
  })

  test('to a Service goes to its endpoint, and is verified by the Service’s name', async () => {
    const { call, store, port, config, connections } = await world(() => ({ text: '{"ok":true}' }), ['hook.a.svc'])
    store.create('/services', 'a/hook', {
      metadata: { name: 'hook', namespace: 'a' },
      spec: { selector: { app: 'h' }, ports: [{ port: 443, targetPort: port }] },
    } as never)
    store.create('/pods', 'a/p', { metadata: { name: 'p', namespace: 'a', labels: { app: 'h' } }, status: { podIP: '127.0.0.1' } } as never)
    const service = { namespace: 'a', name: 'hook' }
    expect(await call({ config: { service, caBundle: config.caBundle } })).toEqual({ ok: true })
    expect((connections[0] as { servername: string }).servername).toBe('hook.a.svc')
    // By its address the certificate is not valid.
    await expect(call()).rejects.toThrow(/x509/)
  })

  test('has one slash where the URL has two: envtest joins its base and a path so, and Go cleans them', async () => {
    const { call, config, url, paths } = await world(() => ({}))
    await call({ config: { ...config, url: url.replace('/x', '//a//b/') } })
    expect(paths).toEqual(['/a/b/?timeout=3s'])
  })

  test('that takes too long is given up', async () => {
    const { call, clock, url } = await world(() => 'silence')
    const late = call()
    const settled = expect(late).rejects.toThrow(`Post "${url}?timeout=3s": context deadline exceeded`)
    await clock.advance(3_000)
    await settled
    expect(clock.pending).toBe(0)
  })

  test('ends with the request that it was made for', async () => {
    const { call, url } = await world(() => 'silence')
    const gone = new AbortController()
    const settled = expect(call({ signal: gone.signal })).rejects.toThrow(`Post "${url}?timeout=3s": context canceled`)
    gone.abort()
    await settled
  })

  test.each([
    [{ code: 500, text: 'boom' }, 'an error on the server ("boom") has prevented the request from succeeding'],
    [{ code: 404 }, 'the server could not find the requested resource'],
    [{ code: 503, text: '{"kind":"Status","message":"not now"}' }, 'not now'],
    [{ code: 418 }, 'the server rejected our request for an unknown reason'],
    [{ text: 'junk' }, "couldn't get version/kind; json parse error"],
    [{ text: '[]' }, "couldn't get version/kind; the answer is no JSON object"],
  ])('answered with %j fails', async (answer, message) => {
    const { call } = await world(() => answer)
    await expect(call()).rejects.toThrow(message)
  })

  test('by a certificate that is its own bundle succeeds: envtest writes the serving certificate there, and Go trusts it', async () => {
    const { call, config, serving } = await world(() => ({ text: '{"ok":true}' }))
    expect(await call({ config: { ...config, caBundle: Buffer.from(serving.cert).toString('base64') } })).toEqual({ ok: true })
  })

  test('by a certificate of another authority fails', async () => {
    const { call, config } = await world(() => ({}))
    const caBundle = Buffer.from(new Authority(Date.now()).cert).toString('base64')
    await expect(call({ config: { ...config, caBundle } })).rejects.toThrow(
      'tls: failed to verify certificate: x509: certificate signed by unknown authority',
    )
  })
})
