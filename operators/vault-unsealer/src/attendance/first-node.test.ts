import { expect, test } from 'vitest'
import type { InitializationPlan } from '../initialization/plan.ts'
import { ShareSet } from '../keys/share-set.ts'
import { sealStatus } from '../machine/fake-node.ts'
import { newNode } from '../machine/machine.ts'
import type { Node } from '../machine/model.ts'
import type { Member } from '../members/member.ts'
import { initializationOf } from './first-node.ts'

const PLAN: InitializationPlan = {
  ...{ shares: 5, threshold: 3, pgpKeys: undefined, rootTokenPgpKey: undefined },
  ...{ secret: { namespace: 'ns', name: 'keys' }, entry: 'keys' },
}
const member = (index: number): Member => {
  const name = `vault-${index}`
  return { id: name, name, pod: undefined, host: '10.0.0.1', port: 8200, serverName: 'v', paused: false, signature: '', news: '' }
}
const blank: Node = { ...newNode(), status: sealStatus({ initialized: false }) }
const away: Node = { ...blank, standing: { state: 'Unreachable', reason: 'Unreachable', message: 'away' } }
const given = { initialization: PLAN, absentees: [], keys: new ShareSet([]), dryRun: false, knownCluster: undefined }
const nodes = (...all: readonly Node[]) => all.map((node, index) => ({ member: member(index), node }))

test('the first of nodes that are all blank is the one', () => {
  expect(initializationOf(member(0), nodes(blank, blank, blank), given)).toEqual({ is: 'may' })
  expect(initializationOf(member(1), nodes(blank, blank, blank), given)).toMatchObject({
    is: 'wait',
    message: expect.stringContaining('vault-0') as string,
  })
})

test('without spec.initialize nothing is initialised', () => {
  expect(initializationOf(member(0), nodes(blank), { ...given, initialization: undefined })).toEqual({ is: 'off' })
})

test.each([
  ['one that has not been asked yet', nodes(blank, newNode()), {}, 'vault-1'],
  ['one that does not answer', nodes(blank, away), {}, 'vault-1'],
  ['a pod that cannot be asked', nodes(blank), { absentees: ['vault-2'] }, 'vault-2'],
  ['shares of before', nodes(blank), { keys: new ShareSet([Buffer.alloc(33, 1)]) }, 'key shares already'],
  ['a cluster of before: the node has lost its data', nodes(blank), { knownCluster: 'c-1' }, 'c-1'],
  ['a dry run', nodes(blank), { dryRun: true }, 'dry run'],
] as const)('it is not initialised beside %s', (_, all, over, why) => {
  expect(initializationOf(member(0), all, { ...given, ...over })).toMatchObject({
    is: 'wait',
    message: expect.stringContaining(why) as string,
  })
})
