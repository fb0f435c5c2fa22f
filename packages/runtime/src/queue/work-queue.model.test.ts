import { virtualClock } from '@kubewright/testing/virtual-clock'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { WorkQueue } from './work-queue.ts'

const key = fc.constantFrom('a', 'b', 'c', 'd')
const move = fc.oneof(
  fc.record({ do: fc.constant('add' as const), key, priority: fc.constantFrom(0, -100, 5) }),
  fc.record({ do: fc.constant('addAfter' as const), key, ms: fc.integer({ min: -1, max: 50 }) }),
  fc.record({ do: fc.constant('addRateLimited' as const), key }),
  fc.record({ do: fc.constant('finish' as const), which: fc.nat(3) }),
  fc.record({ do: fc.constant('advance' as const), ms: fc.integer({ min: 1, max: 60 }) }),
)

// The model knows only the two promises that reconcilers live by: one run per key at a time, and a run that starts after every add.
test('whatever is asked of it, no key runs twice at a time and every add is followed by a run that starts after it', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(move, { maxLength: 60 }), fc.integer({ min: 1, max: 4 }), async (moves, workers) => {
      const clock = virtualClock()
      const queue = new WorkQueue({ clock })
      const stop = new AbortController()
      const running = new Map<string, () => void>()
      const addedAt = new Map<string, number>()
      const ranAt = new Map<string, number>()
      let moment = 0
      const work = async () => {
        for (;;) {
          const item = await queue.get({ signal: stop.signal })
          if (item === undefined) return
          expect(running.has(item.key)).toBe(false)
          ranAt.set(item.key, moment++)
          await new Promise<void>((resolve) => running.set(item.key, resolve))
          running.delete(item.key)
          queue.done(item.key)
        }
      }
      const team = Array.from({ length: workers }, work)
      const finish = (which: number) => [...running.values()][which % Math.max(1, running.size)]?.()
      for (const step of moves) {
        if (step.do === 'finish') finish(step.which)
        else if (step.do === 'advance') await clock.advance(step.ms)
        else {
          addedAt.set(step.key, moment++)
          if (step.do === 'add') queue.add(step.key, { priority: step.priority })
          if (step.do === 'addAfter') queue.addAfter(step.key, step.ms)
          if (step.do === 'addRateLimited') queue.addRateLimited(step.key)
        }
        await Promise.resolve()
      }
      await clock.advance(1_000_000)
      for (let left = 0; left < 200 && (running.size > 0 || queue.length > 0); left++) {
        finish(left)
        await clock.advance(1)
      }
      for (const [added, at] of addedAt) expect(ranAt.get(added) ?? -1, `${added} was added at ${at}`).toBeGreaterThan(at)
      stop.abort()
      await Promise.all(team)
      expect(clock.pending).toBe(0)
    }),
    { numRuns: 150 },
  )
})
