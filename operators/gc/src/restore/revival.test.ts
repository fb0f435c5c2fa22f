import type { KubeObject } from 'kubewright'
import { expect, test } from 'vitest'
import { endOf, revive } from './revival.ts'

const NONE = { keepUntil: undefined, finalizer: undefined }
type Fields = Readonly<Record<string, unknown>>
const object = (apiVersion: string, kind: string, fields: Fields = {}, metadata: object = {}): KubeObject & Fields => ({
  apiVersion,
  kind,
  ...fields,
  metadata: { name: 'a', namespace: 'team', uid: 'u', resourceVersion: '7', ...metadata },
})
const revived = (archived: KubeObject, options: Partial<Parameters<typeof revive>[1]> = {}) =>
  revive(archived, { ...NONE, ...options }).object as KubeObject & Fields

test('what belongs to the one that is gone is left out', () => {
  const archived = object(
    'v1',
    'ConfigMap',
    { data: { a: 'b' }, status: { ready: true } },
    {
      creationTimestamp: '2026-01-01T00:00:00Z',
      deletionTimestamp: '2026-01-02T00:00:00Z',
      deletionGracePeriodSeconds: 0,
      generation: 3,
      selfLink: '/api',
      labels: { app: 'x' },
      annotations: { note: 'n', 'gc.kubewright.dev/delete-at': 't', 'gc.kubewright.dev/marked-by': 'p@u' },
      finalizers: ['example.dev/theirs', 'example.dev/ours', 'foregroundDeletion', 'orphan'],
    },
  )
  expect(revived(archived, { finalizer: 'example.dev/ours' })).toEqual({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    data: { a: 'b' },
    metadata: { name: 'a', namespace: 'team', labels: { app: 'x' }, annotations: { note: 'n' }, finalizers: ['example.dev/theirs'] },
  })
})

test('S13: it can get another namespace, and a time before which no policy deletes it', () => {
  const keepUntil = Date.UTC(2026, 0, 2)
  expect(revived(object('v1', 'ConfigMap'), { namespaceTo: 'other', keepUntil }).metadata).toEqual({
    name: 'a',
    namespace: 'other',
    annotations: { 'gc.kubewright.dev/keep-until': '2026-01-02T00:00:00Z' },
  })
})

test('what is of no namespace gets none', () => {
  const archived = object('rbac.authorization.k8s.io/v1', 'ClusterRole', {}, { namespace: undefined })
  expect(revived(archived, { namespaceTo: 'other' }).metadata).not.toHaveProperty('namespace')
})

test('an update names the very object that is there', () => {
  const live = object('v1', 'ConfigMap', {}, { uid: 'live', resourceVersion: '99' })
  expect(revived(object('v1', 'ConfigMap'), { live }).metadata).toMatchObject({ uid: 'live', resourceVersion: '99' })
})

test.each<[string, KubeObject, Fields]>([
  ['a Pod’s node', object('v1', 'Pod', { spec: { nodeName: 'n', containers: [], ephemeralContainers: [] } }), { spec: { containers: [] } }],
  [
    'a Service’s address',
    object('v1', 'Service', { spec: { clusterIP: '10.0.0.1', clusterIPs: ['10.0.0.1'], ports: [] } }),
    { spec: { ports: [] } },
  ],
  ['not that a Service has none', object('v1', 'Service', { spec: { clusterIP: 'None' } }), { spec: { clusterIP: 'None' } }],
  ['a claim’s volume', object('v1', 'PersistentVolumeClaim', { spec: { volumeName: 'pv' } }), { spec: {} }],
  [
    'the uid in a Job’s selector and labels',
    object('batch/v1', 'Job', {
      spec: {
        selector: { matchLabels: { 'batch.kubernetes.io/controller-uid': 'u' } },
        template: { metadata: { labels: { 'batch.kubernetes.io/controller-uid': 'u', 'controller-uid': 'u', app: 'x' } } },
      },
    }),
    { spec: { template: { metadata: { labels: { app: 'x' } } } } },
  ],
  [
    'not a selector that a Job’s author wrote',
    object('batch/v1', 'Job', { spec: { manualSelector: true, selector: { matchLabels: { app: 'x' } } } }),
    { spec: { manualSelector: true, selector: { matchLabels: { app: 'x' } } } },
  ],
  ['nothing of what is not there', object('v1', 'Pod'), {}],
])('of what the cluster wrote into a spec is left out: %s', (_, archived, fields) => {
  const { metadata: _m, apiVersion: _a, kind: _k, ...rest } = revived(archived)
  expect(rest).toEqual(fields)
})

test('a claim loses the annotations of its volume too, and that is told', () => {
  const annotations = { 'pv.kubernetes.io/bind-completed': 'yes', note: 'n' }
  const { object: claim, notes } = revive(object('v1', 'PersistentVolumeClaim', { spec: {} }, { annotations }), NONE)
  expect(claim.metadata.annotations).toEqual({ note: 'n' })
  expect(notes).toEqual([expect.stringContaining('a new volume')])
})

test('an update has what the cluster wrote as it is now, for it may not change that', () => {
  const archived = object('v1', 'Service', { spec: { clusterIP: '10.0.0.1', clusterIPs: ['10.0.0.1'], ports: [1] } })
  const live = object('v1', 'Service', { spec: { clusterIP: '10.0.0.9', clusterIPs: ['10.0.0.9'], ports: [2] } })
  expect(revived(archived, { live })['spec']).toEqual({ clusterIP: '10.0.0.9', clusterIPs: ['10.0.0.9'], ports: [1] })
})

test.each<[KubeObject, string | undefined]>([
  [object('v1', 'Pod', { status: { phase: 'Succeeded' } }), 'Succeeded'],
  [object('v1', 'Pod', { status: { phase: 'Failed' } }), 'Failed'],
  [object('v1', 'Pod', { status: { phase: 'Running' } }), undefined],
  [object('batch/v1', 'Job', { status: { conditions: [{ type: 'Complete', status: 'True' }] } }), 'Complete'],
  [object('batch/v1', 'Job', { status: { conditions: [{ type: 'Failed', status: 'False' }] } }), undefined],
  [object('batch/v1', 'Job', { status: { conditions: [{ type: 'Suspended', status: 'True' }] } }), undefined],
  [object('v1', 'ConfigMap', { status: { phase: 'Failed' } }), undefined],
  [object('example.dev/v1', 'Pod', { status: { phase: 'Failed' } }), undefined],
])('what would run again is known: %j', (archived, end) => expect(endOf(archived)).toBe(end))
