// Rules in CEL (`x-kubernetes-validations`): the answers that a kube-apiserver v1.36.3 gave, which every server has to give.
// `vitest run -u` with KUBEWRIGHT_TEST_SERVER=real records them anew.
import { eventually } from '@kubewright/testing'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { DEFINITIONS, type Part, ROOT, STORIES } from './cel-rules-cases.ts'
import { useCluster } from './harness.ts'
import { type Reply, type Wire, wire } from './wire.ts'

const bench = useCluster()
const DEFINITIONS_PATH = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions'
const GROUP = 'cel.example.dev'
const OBJECTS = `/apis/${GROUP}/v1/rulers`

let admin: Wire
beforeAll(() => {
  admin = wire(bench.cluster.connection)
})
afterAll(() => admin[Symbol.dispose]())

/** What of an answer is the server's own. Go walks maps in random order, so that the order of causes says nothing. */
function said({ code, body, warnings }: Reply): object {
  const causes: readonly { reason: string; field: string; message: string }[] = body.details?.causes ?? []
  return {
    code,
    ...(causes.length === 0
      ? code < 300
        ? {}
        : { message: body.message }
      : { causes: causes.map(({ field, reason, message }) => `${field} [${reason}] ${message}`).sort() }),
    ...(warnings.length === 0 ? {} : { warnings: warnings.toSorted() }),
  }
}

const version = (name: string, openAPIV3Schema: Part, storage = true) => ({
  name,
  served: true,
  storage,
  subresources: { status: {} },
  schema: { openAPIV3Schema },
})
const definition = (versions: readonly object[], plural = 'rulers', kind = 'Ruler') => ({
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: `${plural}.${GROUP}` },
  spec: { group: GROUP, scope: 'Cluster', names: { plural, kind }, versions },
})

test('definitions with rules are taken and refused as kube-apiserver does it', async () => {
  const answers: Record<string, object> = {}
  for (const [title, { spec, root, second }] of Object.entries(DEFINITIONS)) {
    const schema = root ?? { type: 'object', properties: { spec: spec! } }
    const versions = [
      version('v1', schema),
      ...(second === undefined ? [] : [version('v2', { type: 'object', properties: { spec: second } }, false)]),
    ]
    answers[title] = said(await admin.send('POST', `${DEFINITIONS_PATH}?dryRun=All`, definition(versions, 'asked', 'Asked')))
  }
  await expect(JSON.stringify(answers, null, 2)).toMatchFileSnapshot('fixtures/cel-definitions.json')
})

/** The same structure with nothing that refuses a value. */
function withoutRules(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(withoutRules)
  if (typeof schema !== 'object' || schema === null) return schema
  const left = Object.entries(schema).filter(([key]) => key !== 'x-kubernetes-validations')
  return Object.fromEntries(left.map(([key, value]) => [key, withoutRules(value)]))
}

const objectOf = (name: string, spec: Part, resourceVersion?: string) => ({
  apiVersion: `${GROUP}/v1`,
  kind: 'Ruler',
  metadata: { name, ...(resourceVersion === undefined ? {} : { resourceVersion }) },
  spec,
})

describe('objects under rules', () => {
  test('are taken and refused as kube-apiserver does it', { timeout: 120_000 }, async () => {
    const made = await admin.send('POST', DEFINITIONS_PATH, definition([version('v1', withoutRules(ROOT) as Part)]))
    expect(made.body.message).toBeUndefined()
    await eventually(async () => expect((await admin.send('GET', OBJECTS)).code).toBe(200))
    const stories = Object.entries(STORIES).map(([title, story], index) => ({ title, name: `s-${index}`, ...story }))
    for (const { name, stored } of stories) {
      if (stored === undefined) continue
      // A real server takes the first writes of a kind a moment after it shows it.
      await eventually(async () => expect((await admin.send('POST', OBJECTS, objectOf(name, stored))).code).not.toBe(404))
    }
    const patch = { spec: definition([version('v1', ROOT)]).spec }
    expect((await admin.send('PATCH', `${DEFINITIONS_PATH}/rulers.${GROUP}`, patch)).body.message).toBeUndefined()
    await eventually(async () =>
      expect((await admin.send('POST', `${OBJECTS}?dryRun=All`, objectOf('p', { positive: -1 }))).code).toBe(422),
    )

    const answers: Record<string, readonly object[]> = {}
    for (const { title, name, stored, steps } of stories) answers[title] = await replay(name, stored !== undefined, steps)
    await expect(JSON.stringify(answers, null, 2)).toMatchFileSnapshot('fixtures/cel-objects.json')
  })
})

async function replay(name: string, isStored: boolean, steps: (typeof STORIES)[string]['steps']): Promise<readonly object[]> {
  const answers: object[] = []
  for (const step of steps) {
    if ('status' in step) {
      answers.push(said(await admin.send('PATCH', `${OBJECTS}/${name}/status`, { status: step.status })))
    } else if (isStored) {
      const { body } = await admin.send('GET', `${OBJECTS}/${name}`)
      answers.push(said(await admin.send('PUT', `${OBJECTS}/${name}`, objectOf(name, step.spec, body.metadata.resourceVersion))))
    } else {
      answers.push(said(await admin.send('POST', OBJECTS, objectOf(name, step.spec))))
    }
  }
  return answers
}
