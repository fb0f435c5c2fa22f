import { ApiError, type Client } from 'kubewright'
import { expect, test } from 'vitest'
import { AccessKey } from '../kinds/access-key.ts'
import { isCurrent } from './live-object.ts'

const key = (metadata: object) =>
  ({
    ...AccessKey.of({ metadata: { name: 'app', namespace: 'team' }, spec: { providerRef: { name: 'store' }, userRef: { name: 'app' } } }),
    metadata: { name: 'app', namespace: 'team', uid: 'one', resourceVersion: '7', ...metadata },
  }) as unknown as Parameters<typeof isCurrent>[0]['object']

const asked = (get: () => Promise<unknown>) => {
  const client = { resource: async () => ({ get }) } as unknown as Client
  return isCurrent({ object: key({}), client, signal: new AbortController().signal })
}
const answer = (code: number) => new ApiError({ kind: 'Status', code, message: 'no', reason: '' } as never)

test.each([
  ['as it was read', {}, true],
  ['changed meanwhile', { resourceVersion: '8' }, false],
  ['another one of its name', { uid: 'two' }, false],
])('%s', async (_, metadata, expected) => expect(await asked(async () => key(metadata))).toBe(expected))

test('one that is gone is not current, and that is no failure', async () =>
  expect(await asked(() => Promise.reject(answer(404)))).toBe(false))

test('what is not known is a failure', async () => expect(asked(() => Promise.reject(answer(500)))).rejects.toThrow())
