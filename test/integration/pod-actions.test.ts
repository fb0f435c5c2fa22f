// What schedulers and drainers POST to pods: bindings and evictions. The same on both servers.
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { useCluster } from './harness.ts'
import { type Reply, type Wire, wire } from './wire.ts'

// Nobody but the tests writes the status of pods and budgets.
const bench = useCluster()

let admin: Wire
let namespace: string
beforeAll(async () => {
  admin = wire(bench.cluster.connection)
  namespace = await bench.namespace()
  const account = { metadata: { name: 'default' } }
  await admin.send('POST', `/api/v1/namespaces/${namespace}/serviceaccounts`, account)
})
afterAll(() => admin[Symbol.dispose]())

let count = 0
const pods = (rest = '') => `/api/v1/namespaces/${namespace}/pods${rest}`
const READY = { phase: 'Running', conditions: [{ type: 'Ready', status: 'True' }] }

/** A pod that nobody has scheduled; `status` as a kubelet would have written it. */
async function pod({ status, spec = {}, labels = {} }: { status?: object; spec?: object; labels?: object } = {}): Promise<string> {
  const name = `pod-${++count}`
  const body = { metadata: { name, labels }, spec: { containers: [{ name: 'c', image: 'web:1' }], ...spec } }
  const made = await admin.send('POST', pods(), body)
  expect([made.code, made.body.message]).toEqual([201, undefined])
  if (status !== undefined) expect((await admin.send('PATCH', pods(`/${name}/status`), { status })).code).toBe(200)
  return name
}

const told = ({ code, body: { message, reason, details } }: Reply) => ({ code, reason, message, causes: details?.causes })

describe('a binding', () => {
  const bind = (name: string, over: object = {}, query = '') =>
    admin.send('POST', pods(`/${name}/binding${query}`), { metadata: { name }, target: { kind: 'Node', name: 'n1' }, ...over })

  test('sends a pod to its node, with the annotations and labels that it has, and says that it is scheduled', async () => {
    const name = await pod({ labels: { a: '1' } })
    const { code, body } = await bind(name, { metadata: { name, annotations: { 'example.com/x': 'y' }, labels: { a: '2' } } })
    expect([code, body]).toEqual([201, { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', code: 201 }])
    const { body: bound } = await admin.send('GET', pods(`/${name}`))
    expect(bound).toMatchObject({
      metadata: { annotations: { 'example.com/x': 'y' }, labels: { a: '2' }, generation: 1 },
      spec: { nodeName: 'n1' },
      status: { phase: 'Pending', conditions: [{ type: 'PodScheduled', status: 'True' }] },
    })
  })

  test('of a pod that has a node, that waits at a gate, or that is another one, is refused', async () => {
    const name = await pod()
    await bind(name)
    expect(told(await bind(name))).toMatchObject({
      code: 409,
      reason: 'Conflict',
      message: `Operation cannot be fulfilled on pods/binding "${name}": pod ${name} is already assigned to node "n1"`,
    })
    const gated = await pod({ spec: { schedulingGates: [{ name: 'example.com/gate' }] } })
    expect(told(await bind(gated)).message).toBe(
      `Operation cannot be fulfilled on pods/binding "${gated}": pod ${gated} has non-empty .spec.schedulingGates`,
    )
    const other = await pod()
    const uid = '00000000-0000-0000-0000-000000000000'
    expect((await bind(other, { metadata: { name: other, uid } })).code).toBe(409)
    expect(told(await bind('absent'))).toMatchObject({ code: 404, message: 'pods "absent" not found' })
  })

  test('to nowhere, or by another name, is refused', async () => {
    const name = await pod()
    expect(told(await bind(name, { target: { kind: 'Node' } }))).toMatchObject({ code: 500, message: 'target.name: Required value' })
    expect(told(await bind(name, { metadata: { name: 'other' } }))).toMatchObject({
      code: 400,
      message: 'name in URL does not match name in Binding object',
    })
    expect((await admin.send('GET', pods(`/${name}/binding`))).code).toBe(405)
  })

  test('that is a dry run changes nothing', async () => {
    const name = await pod()
    expect((await bind(name, {}, '?dryRun=All')).code).toBe(201)
    expect((await admin.send('GET', pods(`/${name}`))).body.spec.nodeName).toBeUndefined()
  })
})

describe('an eviction', () => {
  const evict = (name: string, deleteOptions?: object, query = '') =>
    admin.send('POST', pods(`/${name}/eviction${query}`), {
      apiVersion: 'policy/v1',
      kind: 'Eviction',
      metadata: { name },
      ...(deleteOptions !== undefined && { deleteOptions }),
    })
  const budgets = `/apis/policy/v1/namespaces/${'NS'}/poddisruptionbudgets`
  const at = (rest = '') => `${budgets.replace('NS', namespace)}${rest}`

  /** A budget for pods of the label `app: NAME`. */
  async function budget(status: object, spec: object = {}): Promise<string> {
    const name = `budget-${++count}`
    const made = await admin.send('POST', at(), {
      metadata: { name },
      spec: { minAvailable: 1, selector: { matchLabels: { app: name } }, ...spec },
    })
    expect(made.code).toBe(201)
    const whole = { observedGeneration: 1, disruptionsAllowed: 0, currentHealthy: 1, desiredHealthy: 1, expectedPods: 1, ...status }
    expect((await admin.send('PATCH', at(`/${name}/status`), { status: whole })).code).toBe(200)
    return name
  }
  const isThere = async (name: string) => (await admin.send('GET', pods(`/${name}`))).code === 200

  test('deletes a pod without a budget', async () => {
    const name = await pod({ status: READY })
    const { code, body } = await evict(name)
    expect([code, body]).toEqual([201, { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', code: 201 }])
    expect(await isThere(name)).toBe(false)
    expect(told(await evict('absent'))).toMatchObject({ code: 404, message: 'pods "absent" not found' })
  })

  test('spends what the budget allows, and is refused when that is nothing', async () => {
    const app = await budget({ disruptionsAllowed: 1, currentHealthy: 2 })
    const [first, second] = [await pod({ status: READY, labels: { app } }), await pod({ status: READY, labels: { app } })]
    expect((await evict(first)).code).toBe(201)
    const { status } = (await admin.send('GET', at(`/${app}`))).body
    expect(status).toMatchObject({ disruptionsAllowed: 0, disruptedPods: { [first]: expect.any(String) } })
    expect(status.conditions).toMatchObject([{ type: 'DisruptionAllowed', status: 'False', reason: 'InsufficientPods' }])
    await admin.send('PATCH', at(`/${app}/status`), { status: { currentHealthy: 1 } })
    expect(told(await evict(second))).toEqual({
      code: 429,
      reason: 'TooManyRequests',
      message: "Cannot evict pod as it would violate the pod's disruption budget.",
      causes: [{ reason: 'DisruptionBudget', message: `The disruption budget ${app} needs 1 healthy pods and has 1 currently` }],
    })
    expect(await isThere(second)).toBe(true)
  })

  test('waits for a budget that its controller has not seen', async () => {
    const app = await budget({ observedGeneration: 0, disruptionsAllowed: 1 })
    const refused = told(await evict(await pod({ status: READY, labels: { app } })))
    expect(refused).toMatchObject({
      code: 429,
      causes: [{ reason: 'DisruptionBudget', message: `The disruption budget ${app} is still being processed by the server.` }],
    })
  })

  test.each([
    ['Pending', { phase: 'Pending' }],
    ['Succeeded', { phase: 'Succeeded' }],
    ['Failed', { phase: 'Failed' }],
  ])('of a pod that is %s asks no budget', async (_, status) => {
    const app = await budget({})
    const name = await pod({ status, labels: { app } })
    expect((await evict(name)).code).toBe(201)
    expect(await isThere(name)).toBe(false)
  })

  test('of a pod that is not ready spends nothing, where enough others are or the budget says so', async () => {
    const unready = { phase: 'Running', conditions: [{ type: 'Ready', status: 'False' }] }
    const enough = await budget({})
    expect((await evict(await pod({ status: unready, labels: { app: enough } }))).code).toBe(201)
    const few = await budget({ currentHealthy: 0 })
    expect((await evict(await pod({ status: unready, labels: { app: few } }))).code).toBe(429)
    const any = await budget({ currentHealthy: 0 }, { unhealthyPodEvictionPolicy: 'AlwaysAllow' })
    expect((await evict(await pod({ status: unready, labels: { app: any } }))).code).toBe(201)
  })

  test('that is a dry run, by its query or its options, spends and deletes nothing', async () => {
    const app = await budget({ disruptionsAllowed: 1 })
    const name = await pod({ status: READY, labels: { app } })
    expect((await evict(name, undefined, '?dryRun=All')).code).toBe(201)
    expect((await evict(name, { dryRun: ['All'] })).code).toBe(201)
    expect(await isThere(name)).toBe(true)
    expect((await admin.send('GET', at(`/${app}`))).body.status.disruptionsAllowed).toBe(1)
  })

  test('of another pod than was meant is refused', async () => {
    const name = await pod({ status: READY })
    const uid = '00000000-0000-0000-0000-000000000000'
    expect(told(await evict(name, { preconditions: { uid } }))).toMatchObject({
      code: 409,
      message: expect.stringContaining(`the UID in the precondition (${uid}) does not match the UID in record`),
    })
    expect(await isThere(name)).toBe(true)
  })

  test('of a pod with two budgets is refused', async () => {
    const app = await budget({ disruptionsAllowed: 1 })
    await budget({ disruptionsAllowed: 1 }, { selector: { matchLabels: { app } } })
    const name = await pod({ status: READY, labels: { app } })
    const { body } = await evict(name)
    expect(body).toMatchObject({
      status: 'Failure',
      code: 500,
      message: 'This pod has more than one PodDisruptionBudget, which the eviction subresource does not support.',
    })
    expect(await isThere(name)).toBe(true)
  })
})
