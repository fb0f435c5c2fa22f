// An operator that dies at any step of an initialisation: the next one brings it to its end, or says why it must not.
import { vaultClient } from '@kubewright/vault'
import { eventually, type FakeVault } from 'kubewright/testing'
import { expect, test } from 'vitest'
import { type InitializationPlan, type KeyStore, KeyStoreRefusal, type Yield } from '../initialization/plan.ts'
import { ShareSet } from '../keys/share-set.ts'
import { replica, type Staged, settings, stage } from './staged-unsealer.ts'

const PLAN: InitializationPlan = {
  ...{ shares: 3, threshold: 2, pgpKeys: undefined, rootTokenPgpKey: undefined },
  ...{ secret: { namespace: 'ns', name: 'keys' }, entry: 'keys' },
}

/** Outlives the operator, which dies in the middle of the call that is named: before it has an effect, or after. */
class Kept {
  claimed = false
  yield: Yield | undefined
  token: string | undefined

  store(dies?: { readonly at: keyof KeyStore; readonly when: 'before' | 'after' }): KeyStore {
    const dying = async <R>(call: keyof KeyStore, work: () => R): Promise<R> => {
      if (dies?.at !== call) return work()
      if (dies.when === 'after') work()
      return await new Promise<never>(() => undefined)
    }
    return {
      claim: () =>
        dying('claim', () => {
          if (this.claimed) throw new KeyStoreRefusal('an initialisation has not come to its end')
          this.claimed = true
        }),
      release: () =>
        dying('release', () => {
          this.claimed = false
        }),
      keep: (what) =>
        dying('keep', () => {
          this.yield = what
          if (what.rootToken.is === 'bare') this.token = what.rootToken.token
        }),
      rootToken: () => dying('rootToken', () => this.token),
      dropRootToken: () =>
        dying('dropRootToken', () => {
          this.token = undefined
        }),
    }
  }

  /** As the Secret gives them. */
  get keys(): ShareSet {
    return new ShareSet((this.yield?.shares ?? []).map((share) => Buffer.from(share, 'base64')))
  }
}

const wanted = (vault: FakeVault, kept: Kept) => {
  const { keys } = kept
  return settings(vault, keys, { initialization: PLAN, keysMissing: keys.refs.length === 0 ? 'there are none yet' : undefined })
}

async function isValid(vault: FakeVault, token: string): Promise<boolean> {
  const client = vaultClient({ address: vault.address, tls: { ca: vault.ca, serverName: 'vault.test' }, auth: { method: 'token', token } })
  try {
    return (await client.request({ method: 'GET', path: '/v1/auth/token/lookup-self' })).status === 200
  } catch {
    // Unknown: that is what is asked.
    return false
  } finally {
    await client.close()
  }
}

function life(on: Staged, kept: Kept, dies?: Parameters<Kept['store']>[0]) {
  return replica(on, wanted(on.vault, kept), { store: kept.store(dies), ...(dies !== undefined && { mortal: true }) })
}

async function nextLife(on: Staged, kept: Kept) {
  const next = life(on, kept)
  for (let second = 0; second < 10; second++) await on.clock.advance(1_000)
  return next
}

async function blank() {
  const on = await stage({ state: 'uninitialized' })
  const kept = new Kept()
  return { on, kept }
}

test('without a death: initialised, opened, and the root token revoked and dropped', async () => {
  const { on, kept } = await blank()
  const first = life(on, kept)
  await eventually(() => expect(kept.token).toBeDefined())
  const token = kept.token!
  first.unsealer.update(wanted(on.vault, kept))
  await eventually(async () => {
    await on.clock.advance(1_000)
    expect(kept.token).toBeUndefined()
  })
  expect(await isValid(on.vault, token)).toBe(false)
  expect(first.news).toEqual([{ is: 'kept' }, { is: 'revoked', node: 'vault-0' }])
})

test('that dies before it has claimed the place has done nothing: the next one initialises', async () => {
  const { on, kept } = await blank()
  const first = life(on, kept, { at: 'claim', when: 'before' })
  await eventually(() => expect(first.unsealer.attendants[0]!.node.doing.is).toBe('initializing'))
  first.die()
  await nextLife(on, kept)
  await eventually(() => expect(kept.yield?.shares).toHaveLength(3))
})

test.each([
  ['after it has claimed the place', { at: 'claim', when: 'after' }],
  ['before the shares are kept', { at: 'keep', when: 'before' }],
] as const)('that dies %s leaves a mark, and nobody initialises unseen', async (_, dies) => {
  const { on, kept } = await blank()
  const first = life(on, kept, dies)
  await eventually(() => expect(kept.claimed).toBe(true))
  if (dies.at === 'keep') await eventually(() => expect(on.vault.shares).toHaveLength(3))
  first.die()
  const next = await nextLife(on, kept)
  expect(kept.yield).toBeUndefined()
  expect(next.reason()).toBe(dies.at === 'keep' ? 'KeysMissing' : 'InitializationFailed')
})

test.each([
  ['when the shares are kept', { at: 'keep', when: 'after' }],
  ['when it has looked for the root token', { at: 'rootToken', when: 'after' }],
  ['when the root token is revoked and not dropped', { at: 'dropRootToken', when: 'before' }],
  ['when the root token is dropped', { at: 'dropRootToken', when: 'after' }],
] as const)('that dies %s leaves no valid root token: the next one opens the node, revokes it and drops it', async (_, dies) => {
  const { on, kept } = await blank()
  const first = life(on, kept, dies)
  await eventually(() => expect(kept.yield).toBeDefined())
  const { rootToken } = kept.yield!
  const token = rootToken.is === 'bare' ? rootToken.token : ''
  expect(token).not.toBe('')
  if (dies.at === 'dropRootToken') {
    first.unsealer.update(wanted(on.vault, kept))
    await eventually(async () => {
      await on.clock.advance(1_000)
      expect(await isValid(on.vault, token)).toBe(false)
    })
  }
  first.die()
  const next = await nextLife(on, kept)
  await eventually(async () => {
    await on.clock.advance(1_000)
    expect(next.reason()).toBe('Unsealed')
    expect(kept.token).toBeUndefined()
  })
  expect(await isValid(on.vault, token)).toBe(false)
})
