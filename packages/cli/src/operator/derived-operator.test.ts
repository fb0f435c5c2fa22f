import { controller, type createManager, Registry } from '@kubewright/runtime'
import { defineKind } from '@kubewright/schema'
import { webhooks } from '@kubewright/webhook'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { defineOperator } from '../operator.ts'

const Site = defineKind({ group: 'example.dev', version: 'v1', kind: 'Site', spec: z.object({}), status: z.object({}) })
const Guard = defineKind({ group: 'example.dev', version: 'v1', kind: 'Guard', spec: z.object({}) })
const Pod = { group: '', version: 'v1', kind: 'Pod', plural: 'pods', namespaced: true } as const
const Deployment = { group: 'apps', version: 'v1', kind: 'Deployment', plural: 'deployments', namespaced: true } as const

const config = z.object({ workers: z.int().default(2), prune: z.boolean().default(false) })
const sites = { name: 'sites', description: 'runs sites', config }

const rights = ({ permissions }: { readonly permissions: ReturnType<typeof defineOperator>['permissions'] }) =>
  permissions.flatMap(({ resources = [], verbs }) => resources.map((resource) => `${resource}: ${verbs.join(' ')}`)).sort()

describe('what an operator is follows from its controllers', () => {
  const operator = defineOperator({
    ...sites,
    controllers: ({ workers, prune }) => [
      controller(Site, { workers, prune, owns: [Deployment], reconcile() {} }),
      controller(Pod, { name: 'pods', reconcile() {} }),
    ],
    permissions: [{ apiGroups: [''], resources: ['nodes'], verbs: ['get'] }],
    webhooks: [webhooks(Guard, { validate() {} })],
  })

  test('kinds: those of its own that they reconcile, and that it has hooks on', () => {
    expect(operator.kinds).toEqual([Site, Guard])
  })

  test('rights: what they declare, and what it says beside', () => {
    expect(rights(operator)).toEqual([
      'deployments: create list patch watch',
      'nodes: get',
      'pods: list watch',
      'sites/status: patch',
      'sites: list watch',
    ])
  })

  test('kinds of others that they reconcile, whose objects are labelled where replicas share by labels', () => {
    expect(operator.reconciles).toEqual([{ group: '', version: 'v1', kind: 'Pod', plural: 'pods' }])
  })

  test('whether replicas can share: when one of them can, or when nothing is known of them', () => {
    const alone = controller(Site, { sharded: false, reconcile() {} })
    const shared = controller(Pod, { name: 'pods', reconcile() {} })
    const sharded = (given: object) => defineOperator({ ...sites, kinds: [Site], ...given }).sharded
    expect(sharded({ controllers: () => [alone] })).toBe(false)
    expect(sharded({ controllers: () => [alone, shared] })).toBe(true)
    expect(sharded({ setup() {} })).toBe(true)
    expect(sharded({ setup() {}, sharded: false })).toBe(false)
  })

  test('a copy of it is as good', () => {
    expect({ ...operator }.kinds).toEqual([Site, Guard])
  })
})

test('the controllers that run are made with the settings and the metrics that the program has', () => {
  const made: unknown[] = []
  const operator = defineOperator({
    ...sites,
    controllers: (settings, { metrics }) => {
      made.push([settings, metrics])
      return [controller(Site, { reconcile() {} })]
    },
    setup: (manager) => manager.addReadyCheck('sites', () => {}),
  })
  const metrics = new Registry()
  const added: string[] = []
  const manager = {
    metrics,
    add: ({ name }: { readonly name: string }) => added.push(name),
    addReadyCheck: (name: string) => added.push(name),
  }
  operator.setup(manager as unknown as ReturnType<typeof createManager>, { workers: 7, prune: true })
  expect(made).toEqual([[{ workers: 7, prune: true }, metrics]])
  expect(added).toEqual(['site', 'sites'])
})

test('hooks that answer by the settings are served with those, and described with the usual ones', () => {
  const asked: unknown[] = []
  const operator = defineOperator({
    ...sites,
    setup() {},
    webhooks: (settings) => {
      asked.push(settings)
      return [webhooks(Guard, { validate() {} })]
    },
  })
  expect(operator.kinds).toEqual([Guard])
  operator.webhooksWith?.({ workers: 7, prune: true })
  expect(asked).toEqual([
    { workers: 2, prune: false },
    { workers: 7, prune: true },
  ])
})

describe('settings without a default', () => {
  const needy = { ...sites, config: z.object({ address: z.string() }), controllers: () => [controller(Site, { reconcile() {} })] }

  test('are asked for when manifests are, and the program runs without them', () => {
    const operator = defineOperator(needy)
    expect(() => operator.permissions).toThrow(/operator sites.*"address".*"sample"/)
  })

  test('come from the sample', () => {
    expect(defineOperator({ ...needy, sample: { address: 'http://127.0.0.1' } }).kinds).toEqual([Site])
  })
})

test('an operator that does nothing is refused', () => {
  expect(() => defineOperator(sites)).toThrow(/operator sites.*"controllers".*"setup"/)
})
