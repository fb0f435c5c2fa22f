// So many GETs, one after the other, over TLS with an authority of its own. Arguments: server URL, file with the authority, how many.
import { CoreV1Api, KubeConfig } from '@kubernetes/client-node'

const [server, caFile, times] = process.argv.slice(2)
const config = new KubeConfig()
config.loadFromOptions({
  clusters: [{ name: 'it', server, caFile }],
  users: [{ name: 'me' }],
  contexts: [{ name: 'it', cluster: 'it', user: 'me' }],
  currentContext: 'it',
})
const api = config.makeApiClient(CoreV1Api)
for (let i = 0; i < Number(times); i++) await api.readNamespace({ name: 'default' })
process.exit(0)
