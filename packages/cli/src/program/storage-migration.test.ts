import type { Manager } from '@kubewright/runtime'
import { defineKind } from '@kubewright/schema'
import { settle, virtualClock } from '@kubewright/testing/virtual-clock'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { storageMigration } from './storage-migration.ts'

const Shop = defineKind({ group: 'example.dev', version: 'v2', kind: 'Shop', spec: z.object({}) })

/** An API server on which the definition has objects in an old version, and which cannot have them converted for the first `failures` times. */
function program(failures: number) {
  const clock = virtualClock()
  const [logged, stop, serving]: [string[], AbortController, PromiseWithResolvers<void>] = [
    [],
    new AbortController(),
    Promise.withResolvers(),
  ]
  let tries = 0
  const definition = {
    metadata: { name: 'shops.example.dev', uid: 'u', generation: 1, resourceVersion: '1' },
    spec: { ...Shop.crd().spec },
    status: { storedVersions: ['v1', 'v2'] },
  }
  const client = {
    request: () => Promise.resolve({ resources: [] }),
    resource: ({ kind }: { readonly kind: string }) =>
      Promise.resolve(
        kind === 'Shop'
          ? {
              async *items() {
                tries++
                if (tries <= failures) throw new Error('no webhook answers')
                yield { metadata: { namespace: 'ns', name: 'a' } }
              },
              update: () => Promise.resolve(),
            }
          : { get: () => Promise.resolve(definition), patch: () => Promise.resolve() },
      ),
  }
  const level = (name: string) => (message: string, fields: object) => void logged.push(`${name} ${message} ${JSON.stringify(fields)}`)
  const log = { info: level('info'), warn: level('warn'), error: level('error') }
  const migration = storageMigration([Shop as never], { whenServing: () => serving.promise })
  const done = migration.run(stop.signal, { client, clock, log } as unknown as Manager)
  return { clock, logged, stop, serving, done, tries: () => tries }
}

test('nothing is asked before the webhooks answer', async () => {
  const { clock, serving, done, tries, logged } = program(0)
  await clock.advance(60_000)
  expect(tries()).toBe(0)
  serving.resolve()
  await done
  expect(logged).toEqual(['info objects are moved to the stored version {"kind":"Shop","objects":1}'])
})

test('what fails is told and tried again, later and later, and keeps nothing from working', async () => {
  const { clock, serving, done, tries, logged } = program(3)
  serving.resolve()
  await settle()
  for (const [after, tried] of [
    [999, 1],
    [1, 2],
    [2_000, 3],
    [4_000, 4],
  ] as const) {
    await clock.advance(after)
    expect(tries()).toBe(tried)
  }
  await done
  expect(logged).toHaveLength(4)
  expect(logged[0]).toBe('warn objects are not all moved to the stored version yet {"problem":"no webhook answers","retryInSeconds":1}')
})

test('it ends when the program does, wherever it is', async () => {
  const waiting = program(0)
  waiting.stop.abort(new Error('enough'))
  await waiting.done
  const retrying = program(100)
  retrying.serving.resolve()
  await settle()
  retrying.stop.abort(new Error('enough'))
  await retrying.done
  expect(retrying.tries()).toBe(1)
})
