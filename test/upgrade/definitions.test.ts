// From one release to the next and back: the objects that a server has stored under the definitions of before are whole under those of now, may be
// written again as they are, and are whole once more when the release is taken back. `fixtures/` holds what the release of before installed, and the
// objects of its documentation.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { CustomResourceDefinition, Namespace, type Resource } from '@kubewright/client'
import { isNotFound, type KubeObject } from '@kubewright/core'
import { eventually } from '@kubewright/testing'
import { beforeAll, describe, expect, test } from 'vitest'
import { parseAllDocuments } from 'yaml'
import { useCluster } from '../integration/harness.ts'

const root = join(import.meta.dirname, '..', '..')
const recorded = <T>(name: string) =>
  JSON.parse(readFileSync(join(import.meta.dirname, 'fixtures', `${name}.json`), 'utf8')) as readonly T[]

type Stored = KubeObject & { readonly apiVersion: string; readonly kind: string; readonly spec?: object }

const before = recorded<CustomResourceDefinition>('crds')
const objects = recorded<Stored>('objects')
const now = parseAllDocuments(readFileSync(join(root, 'deploy', 'manifests', 'install.yaml'), 'utf8'))
  .map((document) => document.toJS() as CustomResourceDefinition | null)
  .filter((each): each is CustomResourceDefinition => each?.kind === 'CustomResourceDefinition')

const bench = useCluster()

/** Waits until the server serves them: a definition is taken up a moment after it is stored. */
async function install(definitions: readonly CustomResourceDefinition[]): Promise<void> {
  const resource = await bench.client.resource(CustomResourceDefinition)
  for (const definition of definitions) {
    const { name = '' } = definition.metadata
    const held = await resource.get({ name }).catch((error: unknown) => {
      if (isNotFound(error)) return undefined
      throw error
    })
    if (held === undefined) await resource.create(definition)
    else await resource.update({ ...held, spec: definition.spec })
  }
  await eventually(async () => {
    for (const { metadata } of definitions) {
      const { status } = await resource.get({ name: metadata.name! })
      expect(status?.conditions?.find(({ type }) => type === 'Established')?.status).toBe('True')
    }
  })
}

const nameOf = ({ metadata: { name = '', namespace } }: KubeObject) => ({ name, ...(namespace !== undefined && { namespace }) })
function resourceOf({ apiVersion, kind }: Stored): Promise<Resource<Stored>> {
  const [group = '', version = ''] = apiVersion.split('/')
  return bench.client.resource<Stored>({ group, version, kind })
}
const read = async (object: Stored) => (await resourceOf(object)).get(nameOf(object))

/** In their order, as one test after the other finds the server. */
describe('a release and the one before it', () => {
  const stored = new Map<Stored, Stored>()

  beforeAll(async () => {
    await install(before)
    const namespaces = new Set(objects.flatMap(({ metadata: { namespace } }) => (namespace === undefined ? [] : [namespace])))
    const resource = await bench.client.resource(Namespace)
    for (const name of namespaces) if (name !== 'default') await resource.create({ metadata: { name } })
    for (const object of objects) {
      await (await resourceOf(object)).create(object)
      stored.set(object, await read(object))
    }
  }, 120_000)

  test('there are objects of each operator that has a kind of its own, and no definition has gone', () => {
    expect(new Set(objects.map(({ kind }) => kind)).size).toBeGreaterThanOrEqual(9)
    const names = (of: readonly CustomResourceDefinition[]) => of.map(({ metadata }) => metadata.name)
    expect(names(before).filter((name) => !names(now).includes(name))).toEqual([])
  })

  test('after the upgrade each object says what it said, may be written as it is, and gains defaults at most', async () => {
    await install(now)
    for (const object of objects) {
      const held = await read(object)
      expect(held.spec, `${object.kind} ${object.metadata.name}`).toMatchObject(stored.get(object)!.spec ?? {})
      const written = await (await resourceOf(object)).update(held)
      expect(written.spec).toEqual(held.spec)
    }
  })

  test('taken back, the release of before finds all that it knows, and may write it', async () => {
    await install(before)
    for (const object of objects) {
      // By the definition of now its defaults would be there, too: the server turns back a moment after it is told.
      await eventually(async () =>
        expect((await read(object)).spec, `${object.kind} ${object.metadata.name}`).toEqual(stored.get(object)!.spec),
      )
      await (await resourceOf(object)).update(await read(object))
    }
  })
})
