import type { VaultClient } from '@kubewright/vault'
import { sleep } from 'kubewright'
import { virtualClock } from 'kubewright/testing'
import { expect, test } from 'vitest'
import { ShareSet } from '../keys/share-set.ts'
import { POLICY, sealStatus } from '../machine/fake-node.ts'
import type { Member } from '../members/member.ts'
import { Attendant } from './attendant.ts'
import { Slots } from './slots.ts'

const CONCURRENCY = 16
const CALL_MS = 10

/** So many nodes behind one set of slots, each open after three shares. */
function crowd(count: number, slow: (name: string) => boolean) {
  const clock = virtualClock()
  const keys = new ShareSet(Array.from({ length: 3 }, (_, at) => Buffer.alloc(33, at + 1)))
  const slots = new Slots(CONCURRENCY)
  const load = { now: 0, most: 0 }
  const stop = new AbortController()
  const checks = new Map<string, number>()
  const clientOf = (name: string): VaultClient => {
    let got = 0
    const call = async (signal: AbortSignal | undefined) => {
      load.most = Math.max(load.most, ++load.now)
      try {
        await sleep(slow(name) ? 3_600_000 : CALL_MS, { clock, signal: signal! })
      } finally {
        load.now--
      }
      return sealStatus({ sealed: got < 3, progress: got % 3, nonce: got % 3 === 0 ? '' : 'n' })
    }
    return {
      sealStatus: async ({ signal }: { signal: AbortSignal }) => {
        checks.set(name, (checks.get(name) ?? 0) + 1)
        return call(signal)
      },
      submitShare: async (_: Uint8Array, { signal }: { signal: AbortSignal }) => {
        got++
        return call(signal)
      },
    } as unknown as VaultClient
  }
  const attendants = Array.from({ length: count }, (_, at) => {
    const name = `vault-${at}`
    const client = clientOf(name)
    const member: Member = {
      ...{ id: name, name, pod: undefined, host: '10.0.0.1', port: 8200, serverName: 'v', paused: false, signature: '', news: '' },
    }
    return new Attendant(
      member,
      {},
      {
        clock,
        slots,
        world: () => ({
          ...{
            shares: keys.refs,
            keySet: keys.name,
            policy: POLICY,
            permission: { may: true },
            initialization: { is: 'off' },
            random: 0.5,
          },
          siblings: { open: 0, leader: undefined, initialized: true, proven: new Set() },
        }),
        client: () => client,
        verify: async () => undefined,
        initialize: () => Promise.reject(new Error('nothing is to be initialised')),
        bytes: (fingerprint) => keys.bytes(fingerprint),
        told: () => undefined,
      },
    )
  })
  const running = Promise.all(attendants.map((attendant) => attendant.run(stop.signal)))
  const end = async () => {
    stop.abort()
    await running
  }
  return { clock, attendants, load, checks, end }
}

test('A35: 500 nodes are opened with no more calls at one time than the cap, and slow ones hold up nobody', async () => {
  const { clock, attendants, load, end } = crowd(500, (name) => name === 'vault-0' || name === 'vault-250')
  // Four calls each, through the slots that the slow ones leave.
  await clock.advance(((500 * 4) / (CONCURRENCY - 2) + 4) * CALL_MS)
  expect(attendants.filter(({ node }) => node.standing.state !== 'Unsealed').map(({ member }) => member.name)).toEqual([
    'vault-0',
    'vault-250',
  ])
  expect(load.most).toBe(CONCURRENCY)
  await end()
})

test('A36: a wall clock that jumps, back or ahead, changes nothing about when a node is looked at', async () => {
  const { clock, attendants, checks, end } = crowd(1, () => false)
  await clock.advance(1_000)
  expect(attendants[0]!.node.standing.state).toBe('Unsealed')
  for (const jump of [-86_400_000, 2 * 86_400_000, -3_600_000]) {
    const before = checks.get('vault-0')!
    clock.stepWallClock(jump)
    await clock.advance(POLICY.intervalMs / 2)
    expect(checks.get('vault-0')! - before).toBeLessThanOrEqual(1)
    await clock.advance(POLICY.intervalMs / 2 + 4 * CALL_MS)
    expect(checks.get('vault-0')! - before).toBe(1)
  }
  await end()
})
