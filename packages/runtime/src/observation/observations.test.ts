import { describe, expect, test } from 'vitest'
import { TerminalError } from '../controller/errors.ts'
import { Deployment, Website, website } from '../fake/program.ts'
import { deploymentFor, useWebsites } from '../fake/website-program.ts'
import type { Observation } from './observations.ts'

const start = useWebsites()

describe('what controllers do can be watched', () => {
  test('a reconcile that begins and ends, with what it wrote', async () => {
    const { manager, server, clock } = await start({
      owns: [Deployment],
      reconcile: async ({ object, apply }) => void (await apply(deploymentFor(object))),
    })
    const seen: Observation[] = []
    manager.observations.subscribe((observation) => seen.push(observation))
    server.put(Website, website('web'))
    await clock.advance(1_000)
    const [began, ended] = seen.filter(({ what }) => what !== 'recorded')
    expect(began).toMatchObject({ what: 'began', controller: 'website', kind: { kind: 'Website' }, request: { name: 'web' }, attempt: 1 })
    expect(ended).toMatchObject({
      ...{ what: 'ended', id: (began as { readonly id: string }).id, outcome: { result: 'success' } },
      writes: [{ verb: 'patch', kind: 'Deployment', name: 'web', dryRun: false, ms: expect.any(Number) }],
    })
  })

  test.each([
    ['retry', new Error('boom')],
    ['terminal', new TerminalError('never')],
  ])('a failure (%s), with its error', async (verdict, error) => {
    const { manager, server, clock } = await start({ reconcile: () => Promise.reject(error) })
    const seen: Observation[] = []
    manager.observations.subscribe((observation) => seen.push(observation))
    server.put(Website, website('web'))
    await clock.advance(1)
    expect(seen.find(({ what }) => what === 'ended')).toMatchObject({ outcome: { result: 'error', verdict, error } })
  })

  test('when it comes again', async () => {
    const { manager, server, clock } = await start({ reconcile: () => ({ requeueAfter: '5m' }) })
    const seen: Observation[] = []
    manager.observations.subscribe((observation) => seen.push(observation))
    server.put(Website, website('web'))
    await clock.advance(1)
    expect(seen.find(({ what }) => what === 'ended')).toMatchObject({ outcome: { result: 'requeue_after', again: 300_000 } })
  })

  test('an event that a controller records', async () => {
    const { manager, server, clock } = await start({
      reconcile: ({ object, recorder }) => recorder.event(object, { reason: 'Seen', note: 'it was' }),
    })
    const seen: Observation[] = []
    manager.observations.subscribe((observation) => seen.push(observation))
    server.put(Website, website('web'))
    await clock.advance(1_000)
    expect(seen.find(({ what }) => what === 'recorded')).toMatchObject({ cluster: '', event: { reason: 'Seen', note: 'it was' } })
  })

  test('a page that cannot show it fails nothing, and others hear of it', async () => {
    const { manager, server, clock, seen: reconciled } = await start()
    const seen: Observation[] = []
    manager.observations.subscribe(() => {
      throw new Error('cannot draw')
    })
    manager.observations.subscribe((observation) => seen.push(observation))
    server.put(Website, website('web'))
    await clock.advance(1)
    expect([reconciled, seen.map(({ what }) => what)]).toEqual([['web'], ['began', 'ended']])
  })

  test('nobody listens, or not any more: nothing is told', async () => {
    const { manager, server, clock } = await start()
    const seen: Observation[] = []
    manager.observations.subscribe((observation) => seen.push(observation))()
    expect(manager.observations.wanted).toBe(false)
    server.put(Website, website('web'))
    await clock.advance(1)
    expect(seen).toEqual([])
  })
})
