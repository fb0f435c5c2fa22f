import { virtualClock } from '@kubewright/testing/virtual-clock'
import type { VaultClient } from '@kubewright/vault'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { ShareSet } from '../keys/share-set.ts'
import { POLICY, sealStatus } from '../machine/fake-node.ts'
import type { Member } from '../members/member.ts'
import { Attendant } from './attendant.ts'
import { Slots } from './slots.ts'

/** A pod as the API server has it at this moment, and who really answers at each address. */
interface Cluster {
  pod: { uid: string; ip: string } | undefined
  readonly hosts: Map<string, Host>
}

interface Host {
  readonly owner: string
  sealed: boolean
  readonly got: Buffer[]
  hostile: boolean
}

const SHARES = Array.from({ length: 5 }, (_, at) => Buffer.alloc(33, at + 1))

/** What a call to an address comes to. A hostile host looks just like a sealed Vault, and takes whatever it is sent. */
function clientFor(cluster: Cluster, address: string): VaultClient {
  const host = () => cluster.hosts.get(address)!
  const status = () => sealStatus({ sealed: host().sealed || host().hostile })
  return {
    sealStatus: async () => status(),
    submitShare: async (share: Uint8Array) => {
      const at = host()
      at.got.push(Buffer.from(share))
      if (!at.hostile && at.got.length % 3 === 0) at.sealed = false
      return { ...status(), progress: at.got.length % 3, nonce: 'n' }
    },
    resetUnseal: async () => status(),
  } as unknown as VaultClient
}

const EVENTS = ['pod replaced', 'address given away', 'pod gone', 'sealed', 'seen', 'nothing'] as const

test('over whatever storm of events, no byte of a share goes to a host that is not the pod’s own at that moment', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.tuple(fc.constantFrom(...EVENTS), fc.integer({ min: 0, max: 5_000 })), { minLength: 5, maxLength: 60 }),
      async (events) => {
        const clock = virtualClock()
        const keys = new ShareSet(SHARES)
        const first: Host = { owner: 'uid-0', sealed: true, got: [], hostile: false }
        const cluster: Cluster = { pod: { uid: 'uid-0', ip: '10.0.0.0' }, hosts: new Map([['10.0.0.0', first]]) }
        const everybody: Host[] = [first]
        let number = 0
        const memberOf = (pod: { uid: string; ip: string }): Member => ({
          ...{ id: pod.uid, name: 'vault-0', host: pod.ip, port: 8200, serverName: 'vault', paused: false, signature: pod.ip, news: '' },
          pod: { namespace: 'a', name: 'vault-0', ...pod },
        })
        const attendant = new Attendant(
          memberOf(cluster.pod!),
          {},
          {
            clock,
            slots: new Slots(4),
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
            client: ({ host }) => clientFor(cluster, host),
            verify: async ({ pod }) => (cluster.pod?.uid === pod?.uid && cluster.pod?.ip === pod?.ip ? undefined : 'it is another one'),
            initialize: () => Promise.reject(new Error('nothing is to be initialised')),
            bytes: (fingerprint) => keys.bytes(fingerprint),
            told: () => undefined,
          },
        )
        const stop = new AbortController()
        const running = attendant.run(stop.signal)
        await clock.advance(0)
        for (const [event, ms] of events) {
          const { pod } = cluster
          if (event === 'sealed' && pod !== undefined) cluster.hosts.get(pod.ip)!.sealed = true
          if (event === 'pod gone') cluster.pod = undefined
          if (event === 'pod replaced' || (event === 'address given away' && pod !== undefined)) {
            const uid = `uid-${++number}`
            // A stranger has the old address at once; the cache does not know it yet.
            const stranger: Host = { owner: 'stranger', sealed: true, got: [], hostile: true }
            if (pod !== undefined) cluster.hosts.set(pod.ip, stranger)
            const ip = `10.0.0.${number}`
            const host: Host = { owner: uid, sealed: true, got: [], hostile: false }
            cluster.hosts.set(ip, host)
            everybody.push(stranger, host)
            cluster.pod = event === 'pod replaced' ? { uid, ip } : { uid: pod!.uid, ip }
          }
          if (event === 'seen' && cluster.pod !== undefined && cluster.pod.uid === attendant.member.id)
            attendant.update(memberOf(cluster.pod))
          attendant.poke()
          await clock.advance(ms)
        }
        stop.abort()
        await running
        for (const host of everybody) if (host.hostile) expect(host.got).toEqual([])
      },
    ),
    { numRuns: 40 },
  )
})

test('the test can fail: without the check, a stranger gets shares', async () => {
  const clock = virtualClock()
  const keys = new ShareSet(SHARES)
  const stranger: Host = { owner: 'stranger', sealed: true, got: [], hostile: true }
  const cluster: Cluster = { pod: undefined, hosts: new Map([['10.0.0.1', stranger]]) }
  const member: Member = {
    ...{ id: 'u', name: 'vault-0', host: '10.0.0.1', port: 8200, serverName: 'vault', paused: false, signature: '', news: '' },
    pod: { namespace: 'a', name: 'vault-0', uid: 'u', ip: '10.0.0.1' },
  }
  const attendant = new Attendant(
    member,
    {},
    {
      clock,
      slots: new Slots(1),
      world: () => ({
        ...{ shares: keys.refs, keySet: keys.name, policy: POLICY, permission: { may: true }, initialization: { is: 'off' }, random: 0.5 },
        siblings: { open: 0, leader: undefined, initialized: true, proven: new Set() },
      }),
      client: ({ host }) => clientFor(cluster, host),
      verify: async () => undefined,
      initialize: () => Promise.reject(new Error('nothing is to be initialised')),
      bytes: (fingerprint) => keys.bytes(fingerprint),
      told: () => undefined,
    },
  )
  const stop = new AbortController()
  const running = attendant.run(stop.signal)
  await clock.advance(1_000)
  stop.abort()
  await running
  expect(stranger.got.length).toBeGreaterThan(0)
})
