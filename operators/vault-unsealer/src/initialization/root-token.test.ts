import { VaultError, type VaultFailure } from '@kubewright/vault'
import { virtualClock } from 'kubewright/testing'
import { expect, test } from 'vitest'
import { revokeRootToken } from './root-token.ts'

const SEALED: VaultFailure = { is: 'sealed' }

/** A node that answers so, one after the other, and then takes it. */
function stage(answers: readonly VaultFailure[], verify: () => Promise<string | undefined> = async () => undefined) {
  const clock = virtualClock()
  const stop = new AbortController()
  const calls: string[] = []
  const client = {
    async request({ path }: { readonly path: string }) {
      calls.push(path)
      const failure = answers[calls.length - 1]
      if (failure !== undefined) throw new VaultError({ failure, method: 'POST', path, origin: 'https://vault' })
      return { status: 204 } as never
    },
    close: async () => void calls.push('close'),
  }
  return { clock, calls, stop, revoked: revokeRootToken({ client, verify, clock, signal: stop.signal }) }
}

test('it is revoked as soon as the node is open', async () => {
  const { clock, calls, revoked } = stage([SEALED, SEALED])
  await clock.advance(4_000)
  expect(await revoked).toBe(true)
  expect(calls).toEqual([...Array.from({ length: 3 }, () => '/v1/auth/token/revoke-self'), 'close'])
})

test('one that the node does not know any more is revoked', async () => {
  expect(await stage([{ is: 'invalidToken' }]).revoked).toBe(true)
})

test('it is not sent to a pod that is another one by now, nor while nobody can tell', async () => {
  for (const verify of [async () => 'it has been replaced', () => Promise.reject(new Error('away'))]) {
    const { clock, calls, stop, revoked } = stage([], verify)
    await clock.advance(60_000)
    stop.abort()
    expect(await revoked).toBe(false)
    expect(calls).toEqual(['close'])
  }
})
