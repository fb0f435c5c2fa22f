// The floor of Node: no line of ours, but what every operator needs of Node itself. It answers its probe, and could speak TLS.
import { createServer } from 'node:http'
import { Agent } from 'node:https'
import { parseArgs } from 'node:util'

const { values } = parseArgs({ strict: false, options: { 'health-probe-bind-address': { type: 'string' } } })
const [host, port] = String(values['health-probe-bind-address']).split(':')
const agent = new Agent()
process.once('SIGTERM', () => {
  agent.destroy()
  server.close()
  server.closeAllConnections()
})
const server = createServer((_request, response) => void response.end('ok')).listen(Number(port), host)
