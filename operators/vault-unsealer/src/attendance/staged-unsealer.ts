// One VaultUnsealer's attendants at work on Vault nodes in this process, over real connections, in virtual time.
import { type FakeVault, type FakeVaultOptions, fakeVault, INSTANT_TIMINGS, virtualClock } from 'kubewright/testing'
import { onTestFinished } from 'vitest'
import type { KeyStore } from '../initialization/plan.ts'
import type { RootTokenNews } from '../initialization/root-token.ts'
import { ShareSet } from '../keys/share-set.ts'
import { POLICY } from '../machine/fake-node.ts'
import type { Permission } from '../machine/model.ts'
import type { Member } from '../members/member.ts'
import type { Settings } from './settings.ts'
import { Slots } from './slots.ts'
import { Unsealer } from './unsealer.ts'

export const HOUR = 3_600_000

export async function stage(options: FakeVaultOptions = {}) {
  const clock = virtualClock()
  const vault = await fakeVault({ state: 'sealed', tls: true, names: ['vault.test'], clock, timings: INSTANT_TIMINGS, ...options })
  onTestFinished(() => vault.stop())
  const shares = vault.shares.map(({ hex }) => Buffer.from(hex, 'hex'))
  const keys = () => new ShareSet(shares)
  return { clock, vault, keys }
}

export function memberAt(vault: FakeVault, index = 0, over: Partial<Member> = {}): Member {
  const { host, port } = vault.nodes[index]!
  const name = `vault-${index}`
  return { id: name, name, pod: undefined, host, port, serverName: 'vault.test', paused: false, signature: '', news: '', ...over }
}

export function settings(vault: FakeVault, keys: ShareSet, over: Partial<Settings> = {}): Settings {
  return {
    members: vault.nodes.map((_, index) => memberAt(vault, index)),
    keys,
    keysMissing: undefined,
    policy: { ...POLICY, intervalMs: HOUR },
    secure: vault.ca !== '',
    tls: vault.ca === '' ? {} : { ca: vault.ca },
    highAvailability: true,
    clusterId: undefined,
    dryRun: false,
    initialization: undefined,
    absentees: [],
    ...over,
  }
}

export type Staged = Awaited<ReturnType<typeof stage>>

export interface ReplicaOptions {
  readonly verify?: () => Promise<string | undefined>
  readonly store?: KeyStore
  /** Its calls of the store may never end: it is over by {@link die}, and nobody waits for what it had under way. */
  readonly mortal?: boolean
}

/** One life of the operator. */
export function replica(
  { clock }: Pick<Staged, 'clock'>,
  wanted: Settings,
  { verify = async () => undefined, store, mortal = false }: ReplicaOptions = {},
) {
  const life = new AbortController()
  const running: Promise<void>[] = []
  const failures: unknown[] = []
  const news: RootTokenNews[] = []
  const unsealer: Unsealer = new Unsealer(
    wanted,
    { rejected: new Map(), proven: [], clusterId: undefined },
    {
      clock,
      random: () => 0.5,
      slots: new Slots(16),
      start: (run) => void running.push(run(life.signal)),
      verify,
      store: () => {
        if (store === undefined) throw new Error('nothing is to be initialised')
        return store
      },
      held: (): Permission => ({ may: true }),
      told: () => undefined,
      toldOfRootToken: (each) => void news.push(each),
      failed: (_, error) => void failures.push(error),
    },
  )
  const die = () => {
    unsealer.stop()
    life.abort()
  }
  const stop = async () => {
    die()
    if (!mortal) await Promise.all(running)
  }
  onTestFinished(stop)
  const reason = (index = 0) => unsealer.attendants[index]?.node.standing.reason
  return { unsealer, stop, die, reason, failures, news }
}
