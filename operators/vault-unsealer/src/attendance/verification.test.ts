import type { Client, Pod } from 'kubewright'
import { expect, test } from 'vitest'
import type { Member } from '../members/member.ts'
import { verifyPod } from './verification.ts'

const MEMBER: Member = {
  ...{ id: 'u1', name: 'vault-0', host: '10.0.0.1', port: 8200, serverName: 'vault', paused: false, signature: '', news: '' },
  pod: { namespace: 'a', name: 'vault-0', uid: 'u1', ip: '10.0.0.1' },
}

const pod = (over: { readonly uid?: string; readonly ip?: string; readonly phase?: string; readonly deleted?: boolean } = {}): Pod => ({
  metadata: {
    name: 'vault-0',
    namespace: 'a',
    uid: over.uid ?? 'u1',
    ...(over.deleted === true && { deletionTimestamp: '2026-01-01T00:00:00Z' }),
  },
  status: { phase: over.phase ?? 'Running', podIP: over.ip ?? '10.0.0.1' } as NonNullable<Pod['status']>,
})

const answering = (get: () => Promise<Pod>) => ({ resource: async () => ({ get }) }) as unknown as Client
const verify = (get: () => Promise<Pod>) => verifyPod(answering(get), MEMBER, new AbortController().signal)

test('the same pod at the same address may get shares, ready or not', async () => {
  expect(await verify(async () => pod())).toBeUndefined()
})

test.each([
  ['A6: a pod that was replaced', pod({ uid: 'u2' }), 'replaced'],
  ['A4: another address', pod({ ip: '10.0.0.2' }), 'another address'],
  ['one that is being deleted', pod({ deleted: true }), 'being deleted'],
  ['one that has ended', pod({ phase: 'Succeeded' }), 'phase is Succeeded'],
])('%s gets nothing', async (_, found, words) => {
  expect(await verify(async () => found)).toContain(words)
})

test('what cannot be looked up gets nothing', async () => {
  expect(await verify(() => Promise.reject(new Error('connection refused')))).toContain('could not be looked up')
})
