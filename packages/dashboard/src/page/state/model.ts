// What the page knows, and what a message makes of it. No browser in here.
import type { Frame, Happening, ObjectRow, Overview, Snapshot } from '../../model/snapshot.ts'

/** What the page keeps of what happens everywhere. */
const MOST_HAPPENINGS = 200

export interface Model {
  readonly overview: Overview | undefined
  /** By id. Changed in place, for there may be fifty thousand; {@link version} says when. */
  readonly rows: Map<string, ObjectRow>
  readonly version: number
  /** The newest first. */
  readonly happenings: readonly Happening[]
  /** How often each object's timeline has changed while the page was open. */
  readonly touches: ReadonlyMap<string, number>
}

export const EMPTY: Model = { overview: undefined, rows: new Map(), version: 0, happenings: [], touches: new Map() }

export function withSnapshot(model: Model, { overview, rows, happenings }: Snapshot): Model {
  return {
    overview,
    rows: new Map(rows.map((row) => [row.id, row])),
    version: model.version + 1,
    happenings: happenings.toReversed(),
    // Whatever is open may have changed while nothing was heard.
    touches: new Map([...model.touches].map(([id, times]) => [id, times + 1])),
  }
}

export function withFrame(model: Model, frame: Frame): Model {
  const { rows } = model
  for (const id of frame.gone) rows.delete(id)
  for (const row of frame.rows) rows.set(row.id, row)
  const hasNews = frame.gone.length + frame.rows.length > 0
  return {
    overview: frame.overview ?? model.overview,
    rows,
    version: hasNews ? model.version + 1 : model.version,
    happenings: frame.happenings.length === 0 ? model.happenings : merged(frame.happenings, model.happenings),
    touches: touched(model.touches, frame.touched),
  }
}

/** A reconcile that ends is told again under its number. */
function merged(fresh: readonly Happening[], known: readonly Happening[]): readonly Happening[] {
  const numbers = new Set(fresh.map(({ sequence }) => sequence))
  return [...fresh.toReversed(), ...known.filter(({ sequence }) => !numbers.has(sequence))].slice(0, MOST_HAPPENINGS)
}

/** Only those that somebody has looked at are counted, so that the map stays small. */
function touched(touches: ReadonlyMap<string, number>, ids: readonly string[]): ReadonlyMap<string, number> {
  const watched = ids.filter((id) => touches.has(id))
  if (watched.length === 0) return touches
  const next = new Map(touches)
  for (const id of watched) next.set(id, (next.get(id) ?? 0) + 1)
  return next
}

export function lookingAt(model: Model, id: string): Model {
  return model.touches.has(id) ? model : { ...model, touches: new Map([[id, 0]]) }
}
