import type { KubeObject } from '@kubewright/core'
import { expect, test } from 'vitest'
import type { Informer } from '../cache/informer.ts'
import { Website } from '../fake/program.ts'
import { silentLogger } from '../log/logger.ts'
import { CatchUp } from './catch-up.ts'

test('a key that comes up again while it waits goes on with the highest of its priorities, once', async () => {
  const caughtUp = Promise.withResolvers<void>()
  const told: unknown[] = []
  const { signal } = new AbortController()
  const catchUp = new CatchUp({
    ...{ primary: { type: Website } as unknown as Informer<KubeObject>, owned: [], log: silentLogger, signal },
    cache: { caughtUp: () => false, whenCaughtUp: () => caughtUp.promise },
    again: (key, priority) => told.push([key, priority]) > 0,
  })
  const request = { cluster: '', namespace: 'shop', name: 'a' }
  for (const priority of [-100, 0, -100]) catchUp.wait('a', request, undefined, priority)
  caughtUp.resolve()
  await expect.poll(() => told).toEqual([['a', 0]])
})
