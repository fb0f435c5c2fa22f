import type { Client } from '@kubewright/client'
import { ApiError, type KubeObject } from '@kubewright/core'
import { describe, expect, test } from 'vitest'
import { migrateStorage } from './storage-migration.ts'
import type { StoredDefinition } from './stored-definition.ts'

const refusal = (code: number, reason: string) => new ApiError({ code, reason, message: `${reason}!` })
const definition = (storage: string, generation = 1, resourceVersion = '1') =>
  ({
    metadata: { name: 'shops.example.dev', uid: 'u', generation, resourceVersion },
    spec: {
      group: 'example.dev',
      scope: 'Namespaced',
      names: { kind: 'Shop', plural: 'shops' },
      versions: ['v1', 'v2'].map((name) => ({ name, served: true, storage: name === storage })),
    },
    status: { storedVersions: ['v1', 'v2'] },
  }) as unknown as StoredDefinition

interface Cluster {
  readonly objects?: readonly string[]
  /** What the server says to the write of an object. */
  readonly update?: (name: string) => void
  /** The definition as it is when all objects are written, once for each look. */
  readonly looks?: readonly StoredDefinition[]
  /** What the server says to the last step, once for each try. */
  readonly tells?: readonly (Error | undefined)[]
}

/** An API server that takes up a CRD at once, as one that does not tell of the stored version. */
function cluster({ objects = [], update = () => {}, looks = [definition('v2')], tells = [] }: Cluster) {
  const did = { updated: [] as string[], patched: [] as object[] }
  const client = {
    request: () => Promise.resolve({ resources: [] }),
    resource: (kind: { readonly kind: string }) =>
      Promise.resolve(
        kind.kind === 'Shop'
          ? {
              async *items() {
                for (const name of objects) yield { metadata: { namespace: 'ns', name } }
              },
              async update({ metadata: { name = '' } }: KubeObject) {
                update(name)
                did.updated.push(name)
              },
            }
          : {
              get: () => Promise.resolve(looks[Math.min(did.patched.length, looks.length - 1)]),
              async patch(_: object, { body }: { readonly body: object }) {
                did.patched.push(body)
                const error = tells[did.patched.length - 1]
                if (error !== undefined) throw error
              },
            },
      ),
  } as unknown as Client
  return { client, did }
}

test('every object is written, and the old version is struck off in one write that nothing may come before', async () => {
  const { client, did } = cluster({ objects: ['a', 'b'] })
  expect(await migrateStorage(client, definition('v2'))).toBe(2)
  expect(did).toEqual({
    updated: ['a', 'b'],
    patched: [{ metadata: { uid: 'u', resourceVersion: '1' }, status: { storedVersions: ['v2'] } }],
  })
})

test('objects that somebody else wrote or deleted meanwhile are in the new version, or nowhere', async () => {
  const { client, did } = cluster({
    objects: ['a', 'gone', 'changed'],
    update: (name) => {
      if (name === 'gone') throw refusal(404, 'NotFound')
      if (name === 'changed') throw refusal(409, 'Conflict')
    },
  })
  expect(await migrateStorage(client, definition('v2'))).toBe(1)
  expect(did.patched).toHaveLength(1)
})

describe('an object that cannot be written', () => {
  const objects = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'fine']
  const update = (name: string) => {
    if (name !== 'fine') throw refusal(422, 'Invalid')
  }

  test('keeps the old version among the stored ones, is named, and does not keep others back', async () => {
    const { client, did } = cluster({ objects, update })
    const error = await migrateStorage(client, definition('v2')).catch((thrown: unknown) => thrown)
    expect(error).toMatchObject({
      name: 'KindInstallError',
      message: expect.stringMatching(
        /^shops\.example\.dev: 8 of 9 objects cannot be written in v2: ns\/a \(Invalid!\), .*, and 3 more/,
      ) as string,
    })
    expect(did).toEqual({ updated: ['fine'], patched: [] })
  })
})

describe('a definition that changes while objects are written', () => {
  test('in its metadata or status alone: the last step is made on what it is now', async () => {
    const { client, did } = cluster({
      objects: ['a'],
      looks: [definition('v2'), definition('v2', 1, '7')],
      tells: [refusal(409, 'Conflict')],
    })
    expect(await migrateStorage(client, definition('v2'))).toBe(1)
    expect(did.patched).toMatchObject([{ metadata: { resourceVersion: '1' } }, { metadata: { resourceVersion: '7' } }])
  })

  test('in its spec: objects may have been stored in another version meanwhile, so all is done anew', async () => {
    const changed = definition('v2', 2, '9')
    const { client, did } = cluster({ objects: ['a'], looks: [changed] })
    expect(await migrateStorage(client, definition('v2'))).toBe(2)
    expect(did).toMatchObject({ updated: ['a', 'a'], patched: [{ metadata: { resourceVersion: '9' } }] })
  })

  test('to another stored version: two releases would go on for ever, so it is told', async () => {
    const { client, did } = cluster({ objects: ['a'], looks: [definition('v1', 2)] })
    await expect(migrateStorage(client, definition('v2'))).rejects.toThrow(/another program stores it in v1, and this one in v2/)
    expect(did.patched).toEqual([])
  })
})

test('when all is in the stored version nothing is asked', async () => {
  const nothing = {
    request: () => Promise.reject(new Error('asked')),
    resource: () => Promise.reject(new Error('asked')),
  } as unknown as Client
  const done = { ...definition('v2'), status: { storedVersions: ['v2'] } }
  expect(await migrateStorage(nothing, done)).toBe(0)
})
