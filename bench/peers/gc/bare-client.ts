// A program that lists the ConfigMaps with `role: due` in a namespace and deletes each by its name. Arguments: kubeconfig, namespace, requests in flight.
import { ConfigMap, connect } from 'kubewright'

const [kubeconfig = '', namespace = '', inFlight = ''] = process.argv.slice(2)
const client = await connect({ kubeconfig })
const configMaps = (await client.resource(ConfigMap)).metadataOnly()
const names: string[] = []
for await (const { metadata } of configMaps.items({ namespace, labelSelector: 'role=due' })) names.push(metadata.name!)
const rest = names.values()
const worker = async () => {
  for (const name of rest) await configMaps.delete({ name, namespace }, { propagationPolicy: 'Background' })
}
await Promise.all(Array.from({ length: Number(inFlight) }, worker))
await client.close()
