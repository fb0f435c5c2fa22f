// What a person at kubectl and Helm sees: the same words on both servers.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Client, ConfigMap, Namespace, ServiceAccount } from '@kubewright/client'
import { eventually, findServers, serverKindOf, startTestCluster, type TestCluster } from '@kubewright/testing'
import { afterAll, beforeAll, describe, test } from 'vitest'
import { lanes } from './lanes.ts'
import { playNode } from './played-node.ts'
import { EVERYDAY, SCRIPTS } from './scripts/index.ts'
import { play } from './session.ts'

const GENERATIONS = [
  { kubectl: 'kubectl-1.32', helm: 'helm-3.17', scripts: EVERYDAY },
  { kubectl: 'kubectl-1.35', helm: 'helm-4.1', scripts: SCRIPTS },
] as const

/** A client takes half a core; with more of them than cores each waits for the others, and the embedded server, which runs in this process, for all. */
const AT_A_TIME = 3

if (serverKindOf(process.env['KUBEWRIGHT_TEST_SERVER']) === 'embedded')
  test('the commands of kubectl and Helm on both servers', ({ skip }) =>
    skip('there is nothing to compare it with: `npm run test:real` does'))
else compareBoth()

function compareBoth(): void {
  let clusters: readonly TestCluster[] = []
  let clients: readonly Client[] = []
  let folder: string
  const ending = new AbortController()
  let node: Promise<void>

  beforeAll(async () => {
    clusters = await Promise.all([
      startTestCluster({ server: 'embedded', apiServerFlags: ['--controllers=*'] }),
      startTestCluster({ server: 'real', controllers: true }),
    ])
    clients = clusters.map((cluster) => cluster.client())
    node = playNode(clusters[1]!.connection, ending.signal)
    // Told of at the end, when it is waited for.
    node.catch(() => undefined)
    folder = mkdtempSync(join(tmpdir(), 'kubewright-kubectl-'))
  }, 120_000)
  afterAll(async () => {
    ending.abort()
    await node
    await Promise.all(clusters.map((cluster) => cluster.stop()))
    rmSync(folder, { recursive: true })
  })

  describe.each(GENERATIONS)('$kubectl, $helm', ({ kubectl, helm, scripts }) => {
    const inLane = lanes(AT_A_TIME)

    test.concurrent.for(scripts)('$name', { timeout: 300_000 }, async (script, { expect }) => {
      const name = `${script.name}-${kubectl.replace(/\W/g, '-')}`
      const folderOfClients = findServers([kubectl, helm])
      const executables = { kubectl: join(folderOfClients, kubectl), helm: join(folderOfClients, helm) }
      const playOn = async ({ kubeconfigPath }: TestCluster, index: number) => {
        await createNamespace(clients[index]!, name)
        return play({ ...script, name }, { kubeconfig: kubeconfigPath, executables, folder: join(folder, String(index)) })
      }
      const [ours, theirs] = await inLane(() => Promise.all(clusters.map(playOn)))
      expect(ours).toEqual(theirs)
    })
  })
}

/** With what every namespace gets: a list that is taken before it is there would differ. */
async function createNamespace(client: Client, name: string): Promise<void> {
  await (await client.resource(Namespace)).create({ metadata: { name } })
  const [configMaps, accounts] = [await client.resource(ConfigMap), await client.resource(ServiceAccount)]
  await eventually(() => configMaps.get({ namespace: name, name: 'kube-root-ca.crt' }), { timeout: 30_000 })
  await eventually(() => accounts.get({ namespace: name, name: 'default' }), { timeout: 30_000 })
}
