// What follows from a table and from what was seen of its members: whose the ranges are, and what the next table has to say.
import type { Placement } from './family.ts'
import { type Member, memberKey } from './member.ts'
import { nothing, Ring, Territory } from './ring.ts'
import { hasLetGo, type Sightings } from './sightings.ts'
import type { FormerTable, Table } from './table.ts'

/** The part of the ring that is the member's, and that no former owner may still be working on. */
export function territoryOf(member: Member, { members, former }: Table, letGo: (member: Member, epoch: number) => boolean): Territory {
  const key = memberKey(member)
  if (!members.some((other) => memberKey(other) === key)) return nothing
  const ring = ringOf(members)
  const blocking = former.flatMap((table) => {
    const open = new Set(
      table.open.filter((other) => memberKey(other) !== key && !letGo(other, table.epoch)).map(({ identity }) => identity),
    )
    return open.size === 0 ? [] : [{ ring: ringOf(table.members), open }]
  })
  const points = [ring, ...blocking.map((table) => table.ring)].flatMap(({ tokens }) => tokens)
  return Territory.where(
    points,
    (position) =>
      ring.ownerOf(position) === member.identity && !blocking.some((table) => table.open.has(table.ring.ownerOf(position) ?? '')),
  )
}

const ringOf = (members: readonly Member[]) => new Ring(members.map(({ identity }) => identity))

/** The members by name, so that every replica makes the same of the same. */
export const inOrder = (members: readonly Member[]): readonly Member[] =>
  members.toSorted((a, b) => (a.identity < b.identity ? -1 : a.identity > b.identity ? 1 : 0))

export function sameMembers(a: readonly Member[], b: readonly Member[]): boolean {
  const keys = new Set(a.map(memberKey))
  return a.length === b.length && b.every((member) => keys.has(memberKey(member)))
}

/** The table after this one. What was promised by earlier ones stays in it until it is kept. */
export function nextTable(
  before: Table | undefined,
  members: readonly Member[],
  sightings: Sightings,
  placement: Placement = 'family',
): Table {
  const { epoch = 0, members: open = [], former = [] } = before ?? {}
  const all: readonly FormerTable[] = [...former, ...(epoch === 0 ? [] : [{ epoch, members: open, open }])]
  return {
    epoch: epoch + 1,
    placement,
    members,
    former: all
      .map((table) => ({ ...table, open: table.open.filter((member) => !hasLetGo(sightings, member, table.epoch)) }))
      .filter((table) => table.open.length > 0),
  }
}
