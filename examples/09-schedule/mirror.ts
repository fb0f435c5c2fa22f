// When to look: at the times of a schedule, when the world outside says so, and never while somebody has paused the object.
import { once } from 'node:events'
import { createServer } from 'node:http'
import { ConfigMap, controller, defineKind, duration, type ExternalSource, parseDuration, run, z } from 'kubewright'

const PUSH_PORT = Number(process.env.PUSH_PORT ?? 8070)

export const Mirror = defineKind({
  group: 'example.dev',
  version: 'v1',
  kind: 'Mirror',
  spec: z.object({ url: z.url(), every: duration({ min: '1s', max: '24h' }).default('1h') }),
  status: z.object({ size: z.int().optional() }),
})

/** Whoever publishes tells us: POST /NAMESPACE/NAME. A source runs as long as the controller works, and is begun again when it fails. */
const pushes: ExternalSource = {
  name: 'pushes',
  async run({ signal, trigger, log }) {
    const server = createServer((request, response) => {
      const [, namespace = '', name = ''] = (request.url ?? '').split('/')
      if (request.method === 'POST' && name !== '') trigger({ namespace, name })
      response.writeHead(request.method === 'POST' && name !== '' ? 202 : 404).end()
    }).listen(PUSH_PORT, '127.0.0.1')
    await once(server, 'listening', { signal })
    log.info('waiting for pushes', { port: PUSH_PORT })
    await once(signal, 'abort')
    server.close()
    await once(server, 'close')
  },
}

export const mirrors = controller(Mirror, {
  owns: [ConfigMap],
  sources: [pushes],
  async reconcile({ object: { metadata, spec }, apply, status, clock, signal }) {
    const answer = await fetch(spec.url, { signal: AbortSignal.any([signal, AbortSignal.timeout(10_000)]) })
    if (!answer.ok) throw new Error(`GET ${spec.url}: ${answer.status}`)
    const content = await answer.text()
    await apply({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: metadata.name }, data: { content } })
    status.size = content.length
    return { requeueAt: nextTime(clock.now(), parseDuration(spec.every)) }
  },
})

/** Full hours for `1h`, midnight for `24h`: a schedule that a restart does not move. Times in ms since the epoch, UTC. */
export function nextTime(now: number, every: number): number {
  return (Math.floor(now / every) + 1) * every
}

if (import.meta.main) await run(mirrors)
