import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { beforeAll, expect, test } from 'vitest'
import { SERVER_PAIR, TEST_CA } from './test-server/certificates.ts'
import { json, scriptedServer } from './test-server/scripted-server.ts'

interface Footprint {
  readonly shared: Readonly<Record<string, readonly unknown[]>>
  readonly resources: readonly string[]
}

let footprint: { readonly before: Footprint; readonly during: number; readonly after: Footprint }
let left: number

beforeAll(async () => {
  await using server = await scriptedServer(({ query, path }, response) => {
    if (query.has('watch')) response.writeHead(200).write('{"type":"BOOKMARK","object":{"metadata":{"resourceVersion":"1"}}}\n')
    else if (path !== '/hangs') json(response, {})
  }, SERVER_PAIR)
  const program = fileURLToPath(new URL('test-server/footprint.ts', import.meta.url))
  // It ends by itself, or is killed and fails this.
  const { stdout } = await promisify(execFile)(process.execPath, [program, server.url, TEST_CA], { timeout: 20_000 })
  footprint = JSON.parse(stdout) as typeof footprint
  for (let turn = 0; turn < 100 && server.open > 0; turn++) await new Promise((resolve) => setTimeout(resolve, 5))
  left = server.open
}, 30_000)

test.each(['listeners', 'fetchDispatchers', 'agents', 'traceProvider'])(
  'P14: a client leaves the %s of its process as they were',
  (part) => {
    expect(footprint.after.shared[part]).toEqual(footprint.before.shared[part])
  },
)

test('P9: when a client is closed none of its sockets, timers or handles is left, and the process ends', () => {
  expect(footprint.during).toBeGreaterThan(footprint.before.resources.length)
  expect(footprint.after.resources).toEqual(footprint.before.resources)
  expect(left).toBe(0)
})
