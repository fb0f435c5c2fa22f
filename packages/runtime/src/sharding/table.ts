import type { Lease } from '@kubewright/client'
import { type Placement, placementOf } from './family.ts'
import { type Member, memberKey, RING_LABEL, type RingName } from './member.ts'

/** Who shares the objects. It says so by the members alone: which ranges are whose follows from their names ({@link Ring}). */
export interface Table {
  /** Grows by one with each change. */
  readonly epoch: number
  /** How its members place families. */
  readonly placement: Placement
  readonly members: readonly Member[]
  /**
   * Earlier tables by which somebody may still be working. They accumulate until everybody has confirmed a later one: when A's range goes to B and
   * on to C while A has not stopped yet, C has to wait for both.
   */
  readonly former: readonly FormerTable[]
}

export interface FormerTable {
  readonly epoch: number
  readonly members: readonly Member[]
  /** Those of them of whom it is not known that they have stopped what a later table took from them. */
  readonly open: readonly Member[]
}

const TABLE = 'kubewright.dev/shard-table'

export const tableLeaseName = (ring: RingName) => `${ring.name}-shards`

/** The Lease that carries the table: no holder and no times; it is what replicas have the right to write anyway. */
export function withTable(table: Table, ring: RingName, before: Lease | undefined): Lease {
  return {
    apiVersion: 'coordination.k8s.io/v1',
    kind: 'Lease',
    metadata: {
      ...(before?.metadata ?? { name: tableLeaseName(ring), namespace: ring.namespace }),
      labels: { ...before?.metadata.labels, [RING_LABEL]: ring.name },
      annotations: { ...before?.metadata.annotations, [TABLE]: print(table) },
    },
    spec: { ...before?.spec },
  }
}

/** `undefined`: it carries none that makes sense. */
export function readTable(lease: Lease): Table | undefined {
  try {
    return parse(JSON.parse(lease.metadata.annotations?.[TABLE] ?? 'null'))
  } catch {
    // Somebody has edited it. What it said is lost, as when it were deleted, and is treated like that.
    return undefined
  }
}

/** Each member is written once, and then named by its number: a table of 100 members and ten hand-overs is 10 kB. */
interface Printed {
  readonly epoch: number
  readonly placement?: Placement
  readonly who: readonly (readonly [identity: string, incarnation: string])[]
  readonly members: readonly number[]
  readonly former: readonly { readonly epoch: number; readonly members: readonly number[]; readonly open: readonly number[] }[]
}

function print({ epoch, placement, members, former }: Table): string {
  const numbers = new Map<string, number>()
  const who: [string, string][] = []
  const numberOf = (member: Member) => {
    const key = memberKey(member)
    const known = numbers.get(key)
    if (known !== undefined) return known
    numbers.set(key, who.length)
    return who.push([member.identity, member.incarnation]) - 1
  }
  const printed: Printed = {
    epoch,
    ...(placement === 'family' ? {} : { placement }),
    members: members.map(numberOf),
    former: former.map((table) => ({ epoch: table.epoch, members: table.members.map(numberOf), open: table.open.map(numberOf) })),
    who,
  }
  return JSON.stringify(printed)
}

function parse(value: unknown): Table {
  const { epoch, placement, who, members, former } = value as Printed
  const named = (numbers: readonly number[]) =>
    numbers.map((number) => {
      const [identity, incarnation] = who[number]!
      if (typeof identity !== 'string' || typeof incarnation !== 'string') throw new TypeError('a member has a name')
      return { identity, incarnation }
    })
  const counted = (number: number) => {
    if (!Number.isSafeInteger(number) || number < 1) throw new TypeError('an epoch is a whole number')
    return number
  }
  return {
    epoch: counted(epoch),
    placement: placementOf(placement),
    members: named(members),
    former: former.map((table) => ({ epoch: counted(table.epoch), members: named(table.members), open: named(table.open) })),
  }
}
