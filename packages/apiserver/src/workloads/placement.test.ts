import type { DynamicObject } from '@kubewright/core'
import { describe, expect, test } from 'vitest'
import { type Affinity, accepts, drivesOut, hostPorts, keeps, leavesFree, type Placing, pinnedNode, pinnedTo } from './placement.ts'
import type { Pod } from './pod.ts'

const node = (spec: object = {}): DynamicObject => ({ metadata: { name: 'n1', labels: { disk: 'fast', cores: '8' } }, spec })
const affinity = (...nodeSelectorTerms: readonly object[]) =>
  ({ affinity: { nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms } } } }) as Placing
const labelled = (key: string, operator: string, ...values: string[]) => ({ matchExpressions: [{ key, operator, values }] })

describe('a node takes a pod', () => {
  test.each<[string, Placing, boolean]>([
    ['that asks for nothing', {}, true],
    ['that selects one of its labels', { nodeSelector: { disk: 'fast' } }, true],
    ['that selects another value', { nodeSelector: { disk: 'slow' } }, false],
    ['whose affinity names its label', affinity(labelled('disk', 'In', 'fast', 'faster')), true],
    ['whose affinity excludes its label', affinity(labelled('disk', 'NotIn', 'fast')), false],
    ['whose affinity excludes what it lacks', affinity(labelled('gpu', 'NotIn', 'none')), true],
    ['whose affinity wants what it lacks', affinity(labelled('gpu', 'Exists')), false],
    ['whose affinity counts', affinity(labelled('cores', 'Gt', '4')), true],
    ['whose affinity counts too far', affinity(labelled('cores', 'Gt', '8')), false],
    ['one of whose terms it meets', affinity(labelled('gpu', 'Exists'), labelled('disk', 'Exists')), true],
    ['whose only term is empty', affinity({}), false],
    ['that is pinned to it', { affinity: pinnedTo('n1') }, true],
    ['that is pinned to another one', { affinity: pinnedTo('n2') }, false],
  ])('%s: %#', (_name, placing, expected) => {
    expect(accepts(node(), placing)).toBe(expected)
  })
})

describe('a node with a taint', () => {
  const tainted = (effect: string) => node({ taints: [{ key: 'vip', value: 'yes', effect }] })

  test.each<[string, Placing, boolean]>([
    ['who tolerates nothing', {}, false],
    ['who tolerates just that', { tolerations: [{ key: 'vip', value: 'yes', effect: 'NoSchedule' }] }, true],
    ['who tolerates another value', { tolerations: [{ key: 'vip', value: 'no' }] }, false],
    ['who tolerates another effect', { tolerations: [{ key: 'vip', operator: 'Exists', effect: 'NoExecute' }] }, false],
    ['who tolerates the key', { tolerations: [{ key: 'vip', operator: 'Exists' }] }, true],
    ['who tolerates everything', { tolerations: [{ operator: 'Exists' }] }, true],
  ])('takes %s or not: %#', (_name, placing, expected) => {
    expect(accepts(tainted('NoSchedule'), placing)).toBe(expected)
  })

  test('keeps what it has, unless the taint drives out', () => {
    expect(keeps(tainted('NoSchedule'), {})).toBe(true)
    expect(keeps(tainted('NoExecute'), {})).toBe(false)
    expect(accepts(tainted('PreferNoSchedule'), {})).toBe(true)
  })

  test('drives out who does not tolerate it, whatever else he chose', () => {
    const elsewhere = { nodeSelector: { disk: 'slow' } }
    expect([drivesOut(tainted('NoExecute'), elsewhere), drivesOut(tainted('NoSchedule'), elsewhere), drivesOut(node(), elsewhere)]).toEqual(
      [true, false, false],
    )
  })

  test('that is cordoned takes daemons alone', () => {
    const cordoned = node({ unschedulable: true })
    expect(accepts(cordoned, {})).toBe(false)
    expect(
      accepts(cordoned, { tolerations: [{ key: 'node.kubernetes.io/unschedulable', operator: 'Exists', effect: 'NoSchedule' }] }),
    ).toBe(true)
  })
})

test('who is pinned keeps what else its affinity says', () => {
  const before = { podAntiAffinity: {}, nodeAffinity: { preferredDuringSchedulingIgnoredDuringExecution: [] } } as Affinity
  expect(pinnedTo('n1', before)).toMatchObject(before)
  expect(pinnedNode(pinnedTo('n1', before))).toBe('n1')
  expect(pinnedNode(undefined)).toBeUndefined()
})

describe('ports of the node', () => {
  const pod = (...ports: readonly object[]) => ({ metadata: {}, spec: { containers: [{ name: 'c', ports }] } }) as unknown as Pod

  test.each<[string, object, object, boolean]>([
    ['none', { containerPort: 80 }, { containerPort: 80 }, true],
    ['the same', { hostPort: 80 }, { hostPort: 80 }, false],
    ['another number', { hostPort: 80 }, { hostPort: 81 }, true],
    ['another protocol', { hostPort: 80 }, { hostPort: 80, protocol: 'UDP' }, true],
    ['another address', { hostPort: 80, hostIP: '127.0.0.1' }, { hostPort: 80, hostIP: '127.0.0.2' }, true],
    ['one of all addresses', { hostPort: 80, hostIP: '127.0.0.1' }, { hostPort: 80 }, false],
  ])('%s beside the other pod: it has room or not', (_name, wanted, there, expected) => {
    expect(leavesFree(hostPorts(pod(wanted)), pod(there))).toBe(expected)
  })
})
