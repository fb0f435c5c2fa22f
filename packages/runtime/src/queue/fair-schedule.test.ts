import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type Entry, FairSchedule } from './fair-schedule.ts'
import { type FairnessOptions, resolveFairness } from './fairness.ts'

interface Job extends Entry<Job> {
  readonly name: string
}
const job = (name: string, priority = 0): Job => ({
  name,
  tenant: name[0]!,
  priority,
  paid: 0,
  previous: undefined,
  next: undefined,
})
const schedule = (options: FairnessOptions = {}) => new FairSchedule<Job>(resolveFairness(options))
const filled = (names: readonly string[], options: FairnessOptions = {}) => {
  const made = schedule(options)
  for (const name of names) made.push(job(name))
  return made
}
const takeAll = (from: FairSchedule<Job>) => {
  const taken: string[] = []
  for (let next = from.next(); next !== undefined; next = from.next()) {
    taken.push(next.name)
    from.finished(next, 0)
  }
  return taken
}

describe('who is next', () => {
  const cases: readonly { what: string; came: readonly string[]; leave: readonly string[]; options?: FairnessOptions }[] = [
    { what: 'one tenant: first come, first served', came: ['a1', 'a2', 'a3'], leave: ['a1', 'a2', 'a3'] },
    {
      what: 'tenants take turns, however much the first of them has',
      came: ['a1', 'a2', 'a3', 'a4', 'b1', 'c1', 'b2'],
      leave: ['a1', 'b1', 'c1', 'a2', 'b2', 'a3', 'a4'],
    },
    {
      what: 'a tenant of twice the weight has two in its turn',
      came: ['a1', 'a2', 'a3', 'a4', 'a5', 'b1', 'b2', 'b3'],
      options: { weightOf: (tenant) => (tenant === 'a' ? 2 : 1) },
      leave: ['a1', 'a2', 'b1', 'a3', 'a4', 'b2', 'a5', 'b3'],
    },
    {
      what: 'a tenant of half the weight has every other turn',
      came: ['a1', 'a2', 'b1', 'b2', 'b3', 'b4'],
      options: { weightOf: (tenant) => (tenant === 'a' ? 0.5 : 1) },
      leave: ['a1', 'b1', 'b2', 'a2', 'b3', 'b4'],
    },
    {
      what: 'a weight that is no number, or none at all, takes nobody out of the round',
      came: ['a1', 'b1', 'c1', 'b2', 'a2'],
      options: { weightOf: (tenant) => ({ a: Number.NaN, b: 1 })[tenant] ?? -3 },
      leave: ['a1', 'b1', 'c1', 'a2', 'b2'],
    },
  ]
  test.each(cases)('$what', ({ came, leave, options }) => {
    expect(takeAll(filled(came, options))).toEqual(leave)
  })

  test('a higher priority goes first, and tenants take turns inside each', () => {
    const mixed = schedule()
    for (const [name, priority] of [
      ['a1', -100],
      ['a2', -100],
      ['b1', -100],
      ['a3', 0],
      ['a4', 0],
      ['b2', 0],
    ] as const)
      mixed.push(job(name, priority))
    expect([...mixed.depths()]).toEqual([
      [-100, 3],
      [0, 3],
    ])
    expect(takeAll(mixed)).toEqual(['a3', 'b2', 'a4', 'a1', 'b1', 'a2'])
    expect([...mixed.depths()]).toEqual([])
  })

  test('one that comes back while its key is worked on waits one round, not two', () => {
    const line = filled(['a1', 'b1', 'b2', 'b3'])
    const first = line.next()!
    line.push(job('a2'))
    const names = [line.next(), line.next(), line.next()].map((next) => next!.name)
    expect([first.name, ...names]).toEqual(['a1', 'b1', 'a2', 'b2'])
  })

  test('what is taken out of the middle is not missed', () => {
    const line = schedule()
    const jobs = ['a1', 'a2', 'a3', 'b1'].map((name) => job(name))
    for (const one of jobs) line.push(one)
    line.remove(jobs[1]!)
    line.remove(jobs[3]!)
    expect([line.size, line.tenants]).toEqual([2, 1])
    expect(takeAll(line)).toEqual(['a1', 'a3'])
    expect([line.size, line.tenants]).toEqual([0, 0])
  })
})

describe('a limit per tenant', () => {
  test('keeps a tenant from having more than so many handed out, and lets others pass', () => {
    const line = filled(['a1', 'a2', 'a3', 'b1'], { perTenant: 2 })
    const [a1, b1, a2] = [line.next()!, line.next()!, line.next()!]
    expect([a1.name, b1.name, a2.name, line.next()]).toEqual(['a1', 'b1', 'a2', undefined])
    line.finished(a1, 5)
    expect(line.next()?.name).toBe('a3')
  })

  test('counts over all priorities, and holds for what comes later', () => {
    const line = schedule({ perTenant: 1 })
    line.push(job('a1', 0))
    line.push(job('a2', -100))
    const first = line.next()!
    line.push(job('a3', 100))
    line.push(job('b1', -100))
    expect([first.name, line.next()?.name, line.next()]).toEqual(['a1', 'b1', undefined])
    line.finished(first, 5)
    expect(line.next()?.name).toBe('a3')
  })

  test('must be a whole number', () => {
    for (const perTenant of [0, -1, 1.5, Number.NaN]) expect(() => schedule({ perTenant })).toThrow(/"perTenant" is .* whole number/)
  })
})

/** Workers that always take the next one as soon as they are free; how long each tenant's work took them, until `until`. */
function workedTime(line: FairSchedule<Job>, { workers, until, takes }: { workers: number; until: number; takes: (job: Job) => number }) {
  const busy: { readonly ends: number; readonly job: Job; readonly took: number }[] = []
  const worked = new Map<string, number>()
  for (let now = 0; now < until; ) {
    while (busy.length < workers) {
      const next = line.next()
      if (next === undefined) break
      const took = takes(next)
      busy.push({ ends: now + took, job: next, took })
    }
    busy.sort((a, b) => a.ends - b.ends)
    const { ends, job: over, took } = busy.shift()!
    now = ends
    worked.set(over.tenant, (worked.get(over.tenant) ?? 0) + took)
    line.finished(over, took)
  }
  return worked
}

describe('sharing time', () => {
  const names = Array.from({ length: 20_000 }, (_, at) => `${at % 2 === 0 ? 'slow' : 'quick'}${at}`)
  const takes = ({ name }: Job) => (name.startsWith('slow') ? 1000 : 10)
  const portion = (worked: ReadonlyMap<string, number>) => worked.get('q')! / (worked.get('q')! + worked.get('s')!)

  test('gives a tenant of quick keys as much of the workers as one of slow keys; sharing keys leaves it with a hundredth', () => {
    const evenly = workedTime(filled(names, { share: 'time' }), { workers: 4, until: 60_000, takes })
    const byKey = workedTime(filled(names, { share: 'keys' }), { workers: 4, until: 60_000, takes })
    expect(portion(evenly)).toBeGreaterThan(0.4)
    expect(portion(evenly)).toBeLessThan(0.6)
    expect(portion(byKey)).toBeLessThan(0.02)
  })

  test('follows the weights', () => {
    const weighted = filled(names, { share: 'time', weightOf: (tenant) => (tenant === 'q' ? 3 : 1) })
    const worked = workedTime(weighted, { workers: 4, until: 60_000, takes: () => 20 })
    expect(portion(worked)).toBeGreaterThan(0.7)
    expect(portion(worked)).toBeLessThan(0.8)
  })

  test('does not lock a tenant out for as long as one of its keys took', () => {
    const line = filled(['s1', 's2', 'q1'], { share: 'time' })
    const slow = line.next()!
    const quick = line.next()!
    line.finished(slow, 3_600_000)
    line.finished(quick, 10)
    // Half a minute's worth of another's work is the most that it owes.
    let others = 0
    for (line.push(job(`q${others}`)); ; line.push(job(`q${others}`))) {
      const next = line.next()!
      if (next.name === 's2') break
      others++
      line.finished(next, 10)
    }
    expect(others).toBeGreaterThan(1000)
    expect(others).toBeLessThan(3100)
  })
})

test('however they come, with k tenants waiting none waits for more than k - 1 hand-outs between two of its own', () => {
  const step = fc.oneof(
    { weight: 3, arbitrary: fc.record({ do: fc.constant('push' as const), tenant: fc.constantFrom('a', 'b', 'c', 'd', 'e') }) },
    { weight: 2, arbitrary: fc.record({ do: fc.constant('take' as const) }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('finish' as const), which: fc.nat(5) }) },
  )
  fc.assert(
    fc.property(fc.array(step, { maxLength: 300 }), (steps) => {
      const line = schedule()
      const running: Job[] = []
      const waiting = new Map<string, number>()
      /** Hand-outs since the tenant was served, or came into the round. */
      const patience = new Map<string, number>()
      for (const [at, next] of steps.entries()) {
        if (next.do === 'push') {
          line.push(job(`${next.tenant}${at}`))
          waiting.set(next.tenant, (waiting.get(next.tenant) ?? 0) + 1)
          if (!patience.has(next.tenant)) patience.set(next.tenant, 0)
        } else if (next.do === 'finish') {
          const [over] = running.splice(next.which, 1)
          if (over !== undefined) line.finished(over, 1)
        } else {
          const taken = line.next()
          expect(taken === undefined).toBe(waiting.size === 0)
          if (taken === undefined) continue
          running.push(taken)
          const left = waiting.get(taken.tenant)! - 1
          if (left === 0) waiting.delete(taken.tenant)
          else waiting.set(taken.tenant, left)
          for (const [tenant, since] of patience) patience.set(tenant, since + 1)
          if (left === 0) patience.delete(taken.tenant)
          else patience.set(taken.tenant, 0)
          for (const since of patience.values()) expect(since).toBeLessThan(5)
        }
      }
    }),
  )
})
