// In a process of its own: vault-sync on the connection and with the settings that are the arguments. To each message it answers with the CPU time that it
// has used, in milliseconds.
import { vaultSync } from '@kubewright/operator-vault-sync'
import { type ClusterConnection, connectTo } from 'kubewright'
import { quietManager } from '../quiet-manager.ts'

const client = connectTo(JSON.parse(process.argv[2]!) as ClusterConnection)
const manager = quietManager(client)
vaultSync.setup(manager, vaultSync.config.parse(JSON.parse(process.argv[3]!)))
process.on('message', () => {
  const { user, system } = process.cpuUsage()
  process.send!((user + system) / 1_000)
})
const stopping = new AbortController()
process.once('SIGTERM', () => stopping.abort())
await manager.run(stopping.signal)
await client.close()
process.disconnect()
