import { X509Certificate } from 'node:crypto'
import { silentLogger } from '@kubewright/runtime'
import { virtualClock } from '@kubewright/testing/virtual-clock'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Material } from './material.ts'
import { type MaterialStore, Rotator, type Stored, type TrustTarget } from './rotator.ts'
import { resolveRotation } from './settings.ts'

const NAMES = ['hook.shop.svc']
const DAY = 86_400_000
const never = new AbortController().signal

/** The Secret and one configuration, as several replicas see them. */
function world(settings: Parameters<typeof resolveRotation>[0] = {}) {
  const clock = virtualClock()
  let stored: Stored = { material: undefined, resourceVersion: undefined, asked: false }
  let version = 0
  let trusted: string | undefined = ''
  const writes = { secret: 0, target: 0 }
  const store: MaterialStore = {
    read: async () => stored,
    async write(material: Material, before: Stored) {
      if (before.resourceVersion !== stored.resourceVersion) return false
      writes.secret++
      stored = { material, resourceVersion: String(++version), asked: material.is === 'announcing' ? false : stored.asked }
      return true
    },
  }
  const target: TrustTarget = {
    name: 'configuration',
    async trust(bundle) {
      if (trusted === undefined) return 'missing'
      if (trusted === bundle) return 'trusts'
      writes.target++
      trusted = bundle
      return 'corrected'
    },
  }
  const replica = () => {
    const rotator = new Rotator({ store, targets: [target], names: NAMES, settings: resolveRotation(settings), clock, log: silentLogger })
    let serving = { cert: '' }
    const serve = (pair: { readonly cert: string }) => {
      serving = pair
    }
    return {
      look: () => rotator.look(never, serve),
      acquire: () => rotator.acquire(never),
      /** Whether a client that trusts what the configuration says believes what this replica serves. */
      believed: () => serving.cert === '' || authorities(trusted ?? '').some((cert) => isSignedBy(serving, cert)),
      get serving() {
        return serving.cert
      },
    }
  }
  return {
    clock,
    writes,
    replica,
    phase: () => stored.material?.is,
    ask() {
      stored = { ...stored, asked: true, resourceVersion: String(++version) }
    },
    /** Somebody edits the Secret by hand, or cuts it off. */
    spoilNext() {
      const { material } = stored
      if (material?.is === 'announcing') stored = { ...stored, material: { ...material, next: { cert: 'no', key: 'no' } } }
    },
    lose(what: 'trust' | 'configuration') {
      trusted = what === 'trust' ? '' : undefined
    },
    appear() {
      trusted = ''
    },
    trusted: () => trusted,
  }
}

const authorities = (bundle: string) => bundle.match(/-----BEGIN[\s\S]*?END CERTIFICATE-----\n/g) ?? []
const isSignedBy = ({ cert }: { readonly cert: string }, authority: string) =>
  new X509Certificate(cert).verify(new X509Certificate(authority).publicKey)

describe('one replica', () => {
  test('begins with nothing, and then has nothing to do', async () => {
    const { replica, writes, phase, clock } = world()
    const one = replica()
    expect((await one.look()).again).toBe(DAY / 2)
    expect([phase(), one.believed(), writes]).toEqual(['steady', true, { secret: 1, target: 1 }])
    for (let looks = 0; looks < 5; looks++) {
      await clock.advance(DAY / 2)
      await one.look()
    }
    expect(writes).toEqual({ secret: 1, target: 1 })
  })

  test('exchanges the authority in its order: trusted, waited for, served, waited for, forgotten', async () => {
    const { replica, ask, phase, clock, trusted } = world()
    const one = replica()
    await one.look()
    const [before, old] = [one.serving, trusted()]
    ask()
    expect([(await one.look()).again, phase(), one.serving === before, authorities(trusted()!).length]).toEqual([
      30_000,
      'announcing',
      true,
      2,
    ])
    await clock.advance(29_999)
    expect([(await one.look()).again, phase()]).toEqual([1, 'announcing'])
    await clock.advance(1)
    expect([(await one.look()).again, phase(), one.serving === before, authorities(trusted()!).length]).toEqual([
      600_000,
      'retiring',
      false,
      2,
    ])
    await clock.advance(600_000)
    await one.look()
    expect([phase(), authorities(trusted()!).length, trusted()!.includes(old!)]).toEqual(['steady', 1, false])
  })

  test('announces anew when what was announced cannot be used any more', async () => {
    const { replica, ask, spoilNext, phase, clock, trusted } = world()
    const one = replica()
    await one.look()
    ask()
    await one.look()
    spoilNext()
    await one.look()
    expect([phase(), authorities(trusted()!).length, trusted()!.endsWith('no')]).toEqual(['announcing', 2, false])
    await clock.advance(30_000)
    await one.look()
    expect([phase(), one.believed()]).toEqual(['retiring', true])
  })

  test('waits anew when a configuration has lost its trust in the meantime', async () => {
    const { replica, ask, lose, phase, clock } = world()
    const one = replica()
    await one.look()
    ask()
    await one.look()
    await clock.advance(20_000)
    lose('trust')
    expect((await one.look()).again).toBe(30_000)
    await clock.advance(20_000)
    await one.look()
    expect(phase()).toBe('announcing')
  })

  test('names a configuration that is not there, and makes it trust when it comes', async () => {
    const { replica, lose, appear } = world()
    const one = replica()
    lose('configuration')
    expect((await one.look()).missing).toEqual(['configuration'])
    appear()
    expect((await one.look()).missing).toEqual([])
    expect(one.believed()).toBe(true)
  })

  test('renews the server certificate without telling anybody', async () => {
    const { replica, clock, writes } = world()
    const one = replica()
    await one.look()
    const before = one.serving
    await clock.advance(275 * DAY + 3_600_000)
    await one.look()
    expect([one.serving === before, one.believed(), writes]).toEqual([false, true, { secret: 2, target: 1 }])
  })

  test('gives up with the reason when another program writes without end', async () => {
    const { clock } = world()
    const store: MaterialStore = {
      read: async () => ({ material: undefined, resourceVersion: undefined, asked: false }),
      write: async () => false,
    }
    const rotator = new Rotator({ store, targets: [], names: NAMES, settings: resolveRotation(), clock, log: silentLogger })
    await expect(rotator.acquire(never)).rejects.toThrow('changed by another program 20 times in a row')
  })
})

test('several replicas, looking whenever they like: what any of them serves is always believed by who trusts the configuration', async () => {
  const step = fc.oneof(
    fc.record({ look: fc.nat(2) }),
    fc.record({ wait: fc.integer({ min: 1, max: 400 }) }),
    fc.constant({ ask: true } as const),
    fc.constant({ restart: true } as const),
  )
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
      const shared = world({ propagation: 30_000, retirement: 600_000 })
      const replicas = [shared.replica(), shared.replica(), shared.replica()]
      for (const one of replicas) await one.look()
      for (const next of steps) {
        if ('look' in next) await replicas[next.look]!.look()
        if ('ask' in next) shared.ask()
        if ('restart' in next) replicas[0] = shared.replica()
        if ('wait' in next) {
          // A replica hears of a change of the Secret within seconds, and so no later than it retires.
          await shared.clock.advance(next.wait * 1000)
          for (const one of replicas) await one.look()
        }
        expect(replicas.map((one) => one.believed())).toEqual([true, true, true])
      }
    }),
    { numRuns: 60 },
  )
})

test('replicas that begin at the same moment agree', async () => {
  const shared = world()
  const replicas = [shared.replica(), shared.replica(), shared.replica()]
  const found = await Promise.all(replicas.map((one) => one.acquire()))
  expect(new Set(found.map(({ bundle }) => bundle)).size).toBe(1)
  expect(shared.writes.secret).toBe(1)
})
