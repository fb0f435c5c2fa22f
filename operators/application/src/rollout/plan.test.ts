import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { DeploymentState } from './deployment-state.ts'
import { planRollout, type RolloutFacts } from './plan.ts'

const NOW = '2026-01-02T03:04:05Z'
const stable = { revision: 'good', generation: 1 }
const rollback = { failedRevision: 'bad', restoredRevision: 'good', time: NOW, message: 'timed out' }
const failed: DeploymentState = { is: 'failed', message: 'timed out' }
const facts = (over: Partial<RolloutFacts> = {}): RolloutFacts => ({
  ...{ wanted: 'bad', generation: 2, rollbackOnFailure: true, deployed: 'bad', state: failed, stable, rollback: undefined },
  ...{ available: 2, isKnown: () => true, now: NOW, ...over },
})

describe('with rollbackOnFailure', () => {
  test('a revision that failed gives way to the last that became available', () => {
    expect(planRollout(facts())).toEqual({ run: 'good', stable, rollback, rollsBack: true })
  })

  test.each([
    ['while it is rolling out', { state: { is: 'rolling out' } as const }],
    ['while the failure is that of the revision before', { deployed: 'good' }],
    ['when none became available yet', { stable: undefined }],
    ['when what was good is what has failed', { stable: { revision: 'bad', generation: 2 } }],
    ['when nobody knows any more what the good one was', { isKnown: () => false }],
  ])('the wanted one runs %s', (_, over) => {
    expect(planRollout(facts(over))).toMatchObject({ run: 'bad', rollback: undefined, rollsBack: false })
  })

  test('what was taken back stays so, whatever becomes of the Deployment', () => {
    for (const state of [failed, { is: 'unavailable', message: '' }, { is: 'rolling out' }, { is: 'absent' }] satisfies DeploymentState[])
      for (const deployed of ['good', 'bad', undefined])
        expect(planRollout(facts({ rollback, state, deployed }))).toEqual({
          run: 'good',
          stable,
          rollback: expect.objectContaining(rollback) as object,
          rollsBack: false,
        })
  })

  test('unless it becomes available before it could be taken back', () => {
    const plan = planRollout(facts({ rollback, state: { is: 'complete' } }))
    expect(plan).toEqual({ run: 'bad', stable: { revision: 'bad', generation: 2 }, rollback: undefined, rollsBack: false })
  })

  test('another revision is tried', () => {
    expect(planRollout(facts({ rollback, wanted: 'better', deployed: 'good', state: { is: 'complete' } }))).toMatchObject({
      run: 'better',
      rollback: undefined,
    })
  })

  test('what is complete because it has no pods at all has proved nothing: one goes back to what has', () => {
    expect(planRollout(facts({ state: { is: 'complete' }, available: 0 })).stable).toEqual(stable)
    expect(planRollout(facts())).toMatchObject({ run: 'good', rollsBack: true })
  })

  test('what has become available is what one goes back to', () => {
    expect(planRollout(facts({ state: { is: 'complete' } })).stable).toEqual({ revision: 'bad', generation: 2 })
    expect(planRollout(facts({ state: { is: 'complete' }, deployed: 'good', wanted: 'good', generation: 9 })).stable).toEqual(stable)
  })
})

test('without it nothing is taken back, and nothing remembered', () => {
  expect(planRollout(facts({ rollbackOnFailure: false, rollback }))).toEqual({
    run: 'bad',
    stable: undefined,
    rollback: undefined,
    rollsBack: false,
  })
})

test('whatever happens: only what is wanted or was good runs, a failed revision is not tried twice, and a plan that nothing disturbs stays', () => {
  const revision = fc.constantFrom('a', 'b', 'c')
  const event = fc.record({
    wanted: fc.option(revision, { nil: undefined }),
    outcome: fc.constantFrom('complete', 'failed', 'rolling out'),
  })
  fc.assert(
    fc.property(fc.array(event, { maxLength: 20 }), (events) => {
      let wanted = 'a'
      let deployed: string | undefined
      let state: DeploymentState = { is: 'absent' }
      let status: Pick<RolloutFacts, 'stable' | 'rollback'> = { stable: undefined, rollback: undefined }
      const good = new Set<string>()
      for (const [at, happens] of events.entries()) {
        const changed = happens.wanted !== undefined && happens.wanted !== wanted
        wanted = happens.wanted ?? wanted
        const given = facts({ wanted, generation: at, deployed, state, ...status })
        const plan = planRollout(given)
        expect(plan.run === wanted || good.has(plan.run)).toBe(true)
        if (!changed && status.rollback?.failedRevision === wanted) expect(plan.run).not.toBe(wanted)
        if (plan.run !== deployed) state = { is: 'rolling out' }
        deployed = plan.run
        status = plan
        expect(planRollout({ ...given, deployed, state, ...status })).toMatchObject({ run: plan.run, rollsBack: false })
        state = happens.outcome === 'failed' ? failed : { is: happens.outcome as 'complete' | 'rolling out' }
        if (state.is === 'complete') good.add(deployed)
      }
    }),
  )
})
