// What a program that uses a client leaves behind in its process: run by footprint.test.ts as a program of its own, because an empty process is
// where it shows. Prints JSON and then ends by itself, if nothing of ours holds it.

// Not imported: as an ES module node:http loads Node's own fetch, and with it the dispatcher that is looked for below.
const agents = [process.getBuiltinModule('node:http').globalAgent, process.getBuiltinModule('node:https').globalAgent]
// Node makes these when they are first asked for, and asks for stderr itself when a socket is destroyed.
const [, stdout] = [process.stdin, process.stdout, process.stderr]

/** Everything of a process that is one for all its libraries. */
const shared = () => ({
  listeners: process.eventNames().map((name) => `${String(name)} ${process.listenerCount(name as string)}`),
  fetchDispatchers: [1, 2].map(
    (version) => typeof (globalThis as Record<symbol, unknown>)[Symbol.for(`undici.globalDispatcher.${version}`)],
  ),
  agents: agents.map(({ sockets, freeSockets }) => Object.keys(sockets).length + Object.keys(freeSockets).length),
  traceProvider: Object.getOwnPropertySymbols(globalThis)
    .map(String)
    .filter((name) => name.includes('opentelemetry')),
})

const [server = '', caData = ''] = process.argv.slice(2)
const before = { shared: shared(), resources: process.getActiveResourcesInfo().sort() }

const { connectTo } = await import('../connect.ts')
const client = connectTo({ server, caData }, { qps: 1000 })
const pods = await client.resource({ group: '', version: 'v1', kind: 'Pod', plural: 'pods', namespaced: true })
await Promise.all(Array.from({ length: 20 }, () => client.request('GET', '/x')))
const during = process.getActiveResourcesInfo().length
for (let count = 0; count < 10; count++) {
  const watch = pods.watch()[Symbol.asyncIterator]()
  await watch.next()
  // Half of them are ended by their readers, half by `close`.
  if (count % 2 === 0) await watch.return?.()
}
const hanging = client.request('GET', '/hangs').catch(() => {})
await client.close()
await hanging
// What is called back in this very turn is no leak.
for (let turn = 0; turn < 3; turn++) await new Promise((resolve) => setImmediate(resolve))

stdout?.write(JSON.stringify({ before, during, after: { shared: shared(), resources: process.getActiveResourcesInfo().sort() } }))
