// What imported policies do: each peer's examples are imported, applied and run beside objects that they are about, and objects that they are not.
import { Namespace } from '@kubewright/client'
import { type Kind, type KubeObject, parseApiVersion } from '@kubewright/core'
import { gc } from '@kubewright/operator-gc'
import { eventually } from '@kubewright/testing'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { parseAllDocuments } from 'yaml'
import { type Peer, peers } from './gc-import-peers.ts'
import { installGcKinds } from './gc-site.ts'
import { type Bench, configMap, useCluster } from './harness.ts'
import { startManager } from './managers.ts'

const NAMESPACES = { team: {}, other: {}, testing: { environment: 'test' } }
const table: string[] = []

const kindOf = ({ apiVersion, kind }: KubeObject): Kind<KubeObject> => ({ ...parseApiVersion(apiVersion!), kind: kind! })
const nameOf = ({ metadata: { name, namespace } }: KubeObject) => ({ name: name!, ...(namespace !== undefined && { namespace }) })

async function imported(manifests: string) {
  const documents = parseAllDocuments(manifests).map((document) => ({ origin: 'example', value: document.toJS() as unknown }))
  const results = (await gc.importers!()).map((importer) => importer.convert(documents.filter(({ value }) => importer.takes(value))))
  return { policies: results.flatMap(({ objects }) => objects), warnings: results.flatMap(({ warnings }) => warnings) }
}

/** A cluster, and in it the owner that an object's manifest may name. */
class Scene {
  readonly #bench: Bench
  readonly #owner: string

  private constructor(bench: Bench, owner: string) {
    this.#bench = bench
    this.#owner = owner
  }

  static async prepare(bench: Bench): Promise<Scene> {
    const namespaces = await bench.client.resource(Namespace)
    for (const [name, labels] of Object.entries(NAMESPACES)) await namespaces.create({ metadata: { name, labels } })
    return new Scene(bench, (await (await bench.configMaps()).create(configMap('team', 'owner'))).metadata.uid!)
  }

  resourceOf(object: KubeObject) {
    return this.#bench.client.resource(kindOf(object))
  }

  async apply({ object, status }: Peer['objects'][number]): Promise<void> {
    const resource = await this.resourceOf(object)
    const manifest = JSON.parse(JSON.stringify(object).replaceAll('OWNER', this.#owner)) as KubeObject
    await resource.create(manifest)
    if (status !== undefined) await resource.patch(nameOf(object), { type: 'merge', body: { status } }, { subresource: 'status' })
  }

  async has(object: KubeObject): Promise<boolean> {
    const { namespace, name } = object.metadata
    const { items } = await (await this.resourceOf(object)).list({
      ...(namespace && { namespace }),
      fieldSelector: `metadata.name=${name}`,
    })
    // A server with finalizers may take its time; whoever is on the way out has been deleted.
    return items.some(({ metadata }) => metadata.deletionTimestamp === undefined)
  }
}

// Imported policies are for whole clusters: each peer has one, so that its policies meet nothing but its own objects. The longest wait is for a
// schedule's next minute.
describe.concurrent.for(peers)('$peer', ({ peer, manifests, objects, warnings }) => {
  const bench = useCluster()
  installGcKinds(bench)
  let scene: Scene
  beforeAll(async () => {
    scene = await Scene.prepare(bench)
  })

  test('what is imported deletes just what its author meant', { timeout: 240_000 }, async () => {
    const { policies, warnings: said } = await imported(manifests)
    expect(said.filter((word) => !warnings.some((pattern) => pattern.test(word)))).toEqual([])
    for (const pattern of warnings) expect(said.join('\n')).toMatch(pattern)
    for (const meeting of objects) await scene.apply(meeting)
    for (const policy of policies) {
      const created = await (await scene.resourceOf(policy)).create(policy, { fieldValidation: 'Strict' })
      expect((created as { readonly spec?: object }).spec).toMatchObject((policy as { readonly spec?: object }).spec!)
    }
    const running = startManager(bench.cluster.connection, (manager) => gc.setup(manager, gc.config.parse({})))
    const going = objects.filter(({ fate }) => fate === 'goes')
    const presence = () => Promise.all(objects.map(async (meeting) => ({ ...meeting, there: await scene.has(meeting.object) })))
    try {
      await eventually(
        async () => {
          const left = (await presence()).filter(({ fate, there }) => fate === 'goes' && there)
          expect(left.map(({ object }) => object.metadata.name)).toEqual([])
        },
        { timeout: 150_000, interval: 500 },
      )
      // A mistake may come later than what is right, and at the next tick.
      await new Promise((resolve) => setTimeout(resolve, 3_000))
    } finally {
      await running.stop()
    }
    const met = await presence()
    for (const [example, each] of Map.groupBy(met, (meeting) => meeting.example)) {
      const count = (fate: string, there: boolean) => each.filter((meeting) => meeting.fate === fate && meeting.there === there).length
      const [due, controls] = (['goes', 'stays'] as const).map((fate) => each.filter((meeting) => meeting.fate === fate).length)
      table.push(
        `${peer.padEnd(20)}${example.padEnd(28)}due ${due} gone ${count('goes', false)}  controls ${controls} kept ${count('stays', true)}`,
      )
    }
    expect(met.filter(({ fate, there }) => there !== (fate === 'stays')).map(({ object }) => object.metadata.name)).toEqual([])
    expect(going.length).toBeGreaterThan(1)
  })
})

afterAll(() => console.info([...table.toSorted(), `${peers.length} peers, ${table.length} examples`].join('\n')))
