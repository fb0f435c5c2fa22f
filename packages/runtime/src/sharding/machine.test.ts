import type { Lease } from '@kubewright/client'
import { describe, expect, test } from 'vitest'
import { type ShardFact, step, wakeAt } from './machine.ts'
import { heldBy, type Member, readMember } from './member.ts'
import { beginning, type ShardEffect, type ShardState, validFor } from './state.ts'
import { type Table, withTable } from './table.ts'

const times = { leaseDuration: 15_000, renewDeadline: 10_000, retryPeriod: 2_000 }
const ring = { name: 'op', namespace: 'sys' }

/** One replica, `me`, and what it is told. */
class Script {
  state: ShardState = beginning
  now = 0
  effects: readonly ShardEffect[] = []
  #lives = 0

  take(fact: ShardFact, now = this.now): this {
    this.now = now
    const context = {
      ring,
      identity: 'me',
      placement: 'family' as const,
      times,
      now,
      wallNow: now,
      random: () => 0.5,
      newId: () => `life-${++this.#lives}`,
    }
    const [state, effects] = step(this.state, fact, context)
    this.state = state
    this.effects = effects
    return this
  }

  /** The server takes what it is asked to write. */
  write(now = this.now): this {
    const request = this.state.asking?.request
    if (request === undefined || request.do === 'read') throw new Error(`it does not write, but ${request?.do}`)
    return this.take(
      { saw: 'written', lease: { ...request.lease, metadata: { ...request.lease.metadata, uid: 'u', resourceVersion: `${now}` } } },
      now,
    )
  }

  get lease(): Lease {
    if (this.state.standing.is !== 'member') throw new Error(`it is ${this.state.standing.is}`)
    return this.state.standing.lease
  }

  get does(): string {
    const request = this.state.asking?.request
    if (request === undefined) return 'nothing'
    return request.do === 'read' || request.do === 'delete' ? request.do : `${request.do} ${request.what}`
  }
}

const tableOf = (table: Table): Lease => {
  const lease = withTable(table, ring, undefined)
  return { ...lease, metadata: { ...lease.metadata, uid: 'table', resourceVersion: String(table.epoch) } }
}
const me = { identity: 'me', incarnation: 'life-1' }
const other = { identity: 'other', incarnation: 'other-1' }
const otherLease = (version: string, confirmed?: number): Lease => {
  const lease = heldBy({ ring, member: other, duration: 15_000, patience: 15_000, confirmed, placement: 'family', wallNow: 0 }, undefined)
  return { ...lease, metadata: { ...lease.metadata, resourceVersion: version } }
}

/** It has joined, and has the ring to itself since the time 0. */
function alone(): Script {
  const script = new Script().take({ saw: 'time' }).take({ saw: 'leases', leases: [] }).write()
  script.take({ saw: 'leases', leases: [script.lease, tableOf({ epoch: 1, placement: 'family', members: [me], former: [] })] })
  expect(script.does).toBe('update member')
  return script.write()
}

test('it reads, joins by a Lease, confirms the first table that names it, and owns its part from then on', () => {
  const script = new Script().take({ saw: 'time' })
  expect(script.does).toBe('read')
  script.take({ saw: 'leases', leases: [] })
  expect(script.does).toBe('create member')
  script.write()
  expect([script.does, script.state.territory.share]).toEqual(['read', 0])
  script.take({ saw: 'leases', leases: [script.lease, tableOf({ epoch: 1, placement: 'family', members: [me], former: [] })] })
  expect(script.state.territory.share).toBe(0)
  script.write()
  expect(readMember(script.lease)?.confirmed).toBe(1)
  expect(script.state.territory.share).toBe(1)
  expect(script.effects.map((effect) => effect.do)).toEqual(['gain'])
})

test('replicas that start together are in one table: the first waits a period for the others before it writes it', () => {
  const script = new Script().take({ saw: 'time' }).take({ saw: 'leases', leases: [] }).write()
  script.take({ saw: 'leases', leases: [script.lease] }, 10)
  expect([script.does, wakeAt(script.state, times)]).toEqual(['nothing', 2_000])
  script.take({ saw: 'time' }, 2_000).write(2_000)
  script.take({ saw: 'time' }, 2_010)
  script.take({ saw: 'leases', leases: [script.lease, otherLease('1')] }, 2_010)
  expect(script.does).toBe('create table')
})

describe('its time', () => {
  test('counts from when the renewal was sent, however late its answer comes', () => {
    const script = alone().take({ saw: 'time' }, 2_000)
    expect(script.does).toBe('update member')
    script.write(8_000)
    expect(validFor(script.state, times, 8_000)).toBe(2_000 + 10_500 - 8_000)
  })

  test('is over before others take over, and then everything is lost, at once', () => {
    const script = alone()
    const over = wakeAt({ ...script.state, asking: { request: { do: 'read' }, sentAt: 0 } }, times)
    expect(over).toBe(10_500)
    script.take({ saw: 'time' }, over)
    expect(script.state.standing).toEqual({ is: 'out' })
    expect(script.effects.map((effect) => effect.do)).toEqual(['tell', 'lose'])
  })

  test('was over: an answer that comes then is not believed, and it comes back as another, when its work has ended', () => {
    const script = alone().take({ saw: 'time' }, 2_000).write(12_000)
    expect(script.state.standing).toEqual({ is: 'out' })
    script.take({ saw: 'leases', leases: [] }, 12_100)
    expect(script.does).toBe('nothing')
    script.take({ saw: 'drained', drain: 1 }).take({ saw: 'time' }, 14_100).take({ saw: 'leases', leases: [] }, 14_200)
    expect(script.state.standing).toMatchObject({ is: 'joining', incarnation: 'life-2' })
  })
})

describe('a hand-over', () => {
  const joined = () => {
    const script = alone()
    const table = tableOf({ epoch: 2, placement: 'family', members: [me, other], former: [{ epoch: 1, members: [me], open: [me] }] })
    return script
      .take({ saw: 'change', lease: table })
      .take({ saw: 'time' }, 100)
      .take({ saw: 'leases', leases: [script.lease, table, otherLease('1')] }, 110)
  }

  test('begins with no to what is lost, and is confirmed when the work on it has ended', () => {
    const script = joined()
    const share = script.state.territory.share
    expect(share).toBeGreaterThan(0.3)
    expect(share).toBeLessThan(0.7)
    expect(script.effects.find((effect) => effect.do === 'lose')).toMatchObject({ drain: 1 })
    expect(script.does).toBe('nothing')
    script.take({ saw: 'drained', drain: 1 }, 5_000 - 4_000).write()
    expect(readMember(script.lease)?.confirmed).toBe(2)
  })

  test('that cannot be finished ends with the replica out of the ring: its lease runs out, and others take over', () => {
    const script = joined().take({ saw: 'stuck', drain: 1, why: 'a listener threw' })
    expect(script.state.standing).toEqual({ is: 'out' })
    script.take({ saw: 'time' }, 60_000).take({ saw: 'leases', leases: [] }, 60_000)
    expect([script.does, script.state.standing.is]).toEqual(['nothing', 'out'])
  })

  test('to this replica waits for the former owner: to confirm, or to be gone', () => {
    const table = (epoch: number) =>
      tableOf({ epoch, placement: 'family', members: [me, other], former: [{ epoch: epoch - 1, members: [other], open: [other] }] })
    const script = new Script().take({ saw: 'time' }).take({ saw: 'leases', leases: [] }).write()
    script.take({ saw: 'leases', leases: [script.lease, table(2), otherLease('1', 1)] }).write()
    expect(script.state.territory.share).toBe(0)
    script.take({ saw: 'change', lease: otherLease('2', 2) }, 20)
    expect(script.does).toBe('read')
    script.take({ saw: 'leases', leases: [script.lease, table(2), otherLease('2', 2)] }, 30)
    expect(script.state.territory.share).toBeGreaterThan(0.3)
  })
})

test('whom a table leaves out works no more: who sees that does not put it back, though it has not waited for its lease itself', () => {
  const script = new Script().take({ saw: 'time' }).take({ saw: 'leases', leases: [] }).write()
  const leases = (epoch: number, members: readonly Member[]) => [
    script.lease,
    otherLease('1'),
    tableOf({ epoch, placement: 'family', members, former: [] }),
  ]
  script.take({ saw: 'leases', leases: leases(1, [me, other]) }).write()
  for (let now = 1_000; now < 9_000; now += 500) {
    script.take({ saw: 'time' }, now)
    if (script.does === 'update member') script.write(now).take({ saw: 'time' }, now)
    if (script.does === 'read') script.take({ saw: 'leases', leases: leases(2, [me]) }, now)
    expect(script.does).not.toBe('update table')
  }
  expect(script.state.territory.share).toBe(1)
})

describe('without a table', () => {
  test('that was there, everybody lets go of everything', () => {
    const script = alone().take({ saw: 'time' }, 2_000).write(2_000).take({ saw: 'time' }, 2_010)
    script.take({ saw: 'leases', leases: [script.lease] }, 2_020)
    expect(script.state.standing).toEqual({ is: 'out' })
    expect(script.effects).toContainEqual({ do: 'tell', what: 'out', why: 'the table was deleted or replaced' })
  })

  test('none is made as long as somebody may work by the one that is lost', () => {
    const script = new Script().take({ saw: 'time' }).take({ saw: 'leases', leases: [] }).write()
    const looks = [script.does]
    for (let now = 10; now < 20_000; now += 500) {
      script.take({ saw: 'time' }, now)
      if (script.does === 'update member') script.write(now)
      script.take({ saw: 'time' }, now + 1)
      if (script.does === 'read') script.take({ saw: 'leases', leases: [script.lease, otherLease('1', 4)] }, now + 1)
      looks.push(`${now < 15_000 ? 'before' : 'after'} ${script.does}`)
    }
    expect(looks).not.toContain('before create table')
    expect(looks).toContain('after create table')
  })
})

test('a server that refuses is asked again after a quarter of a period, and not in a loop', () => {
  const script = new Script().take({ saw: 'time' }).take({ saw: 'failure' })
  expect([script.does, wakeAt(script.state, times)]).toEqual(['nothing', 500])
  script.take({ saw: 'time' }, 499)
  expect(script.does).toBe('nothing')
  script.take({ saw: 'time' }, 500)
  expect(script.does).toBe('read')
})

test('after a write that failed it reads before it writes again: perhaps only the answer was lost', () => {
  const script = alone().take({ saw: 'time' }, 2_000).take({ saw: 'failure' }, 2_100).take({ saw: 'time' }, 2_600)
  expect(script.does).toBe('read')
})

test('who has left does nothing any more', () => {
  const script = alone().take({ saw: 'leave' })
  expect(wakeAt(script.state, times)).toBe(Number.POSITIVE_INFINITY)
  script.take({ saw: 'time' }, 60_000)
  expect([script.does, script.state.territory.share]).toEqual(['nothing', 0])
})
