import type { ComponentChildren } from 'preact'
import { useEffect, useMemo, useRef, useState } from 'preact/hooks'
import type { Health, ObjectRow } from '../../model/snapshot.ts'
import { age, number } from '../parts/format.ts'
import { HealthMark } from '../parts/health-mark.tsx'
import { type GridColumn, VirtualGrid } from '../parts/virtual-grid.tsx'
import { HEALTH_WORDS, HEALTHS, healthCounts, matcherOf, type SortKey, sorted } from '../state/filter.ts'
import type { Model } from '../state/model.ts'
import { hashOf, hashOfObject } from '../state/route.ts'

/** A long list is put in order so often at most: rows that jump four times a second cannot be read. */
const PACE = 1_000

export function ObjectsPage({ model, filter, now }: { readonly model: Model; readonly filter: string; readonly now: number }) {
  const [sort, setSort] = useState<SortKey>('health')
  const version = usePaced(model.version, PACE)
  const rows = useMemo(() => [...model.rows.values()], [version, model.rows])
  const counts = useMemo(() => healthCounts(rows), [rows])
  const shown = useMemo(() => sorted(rows.filter(matcherOf(filter)), sort), [rows, filter, sort])
  const column = (key: SortKey, name: string, cell: (row: ObjectRow) => ComponentChildren): GridColumn<ObjectRow> => {
    return { name, className: `cell-${key}`, cell, sorted: sort === key, sort: () => setSort(key) }
  }
  const columns = [
    column('health', 'Health', ({ health, reason }) => (
      <>
        <HealthMark health={health} />
        <span class="reason">{reason === '' ? HEALTH_WORDS[health] : reason}</span>
      </>
    )),
    column('kind', 'Kind', ({ kind }) => kind.split('.')[0]),
    column('namespace', 'Namespace', ({ namespace }) => namespace),
    column('name', 'Name', ({ id, name }) => (
      <a href={hashOfObject(id)} tabIndex={-1}>
        {name}
      </a>
    )),
    column('changed', 'Changed', ({ changed }) => (changed === 0 ? '' : age(now - changed))),
  ]
  return (
    <div class="objects">
      <h1 class="visually-hidden">Objects</h1>
      <Healths counts={counts} filter={filter} />
      <p class="count" role="status">
        {number(shown.length)} of {number(rows.length)} objects
      </p>
      <VirtualGrid
        label="Objects"
        columns={columns}
        rows={shown}
        keyOf={({ id }) => id}
        open={({ id }) => {
          location.hash = hashOfObject(id)
        }}
        empty={rows.length === 0 ? 'Nothing is watched yet.' : 'No object has all these words.'}
      />
    </div>
  )
}

function Healths({ counts, filter }: { readonly counts: Readonly<Record<Health, number>>; readonly filter: string }) {
  const rest = filter.replace(/(^|\s)is:\S*/g, '').trim()
  return (
    <ul class="chips" aria-label="By health">
      {HEALTHS.filter((health) => counts[health] > 0).map((health) => {
        const word = `is:${health}`
        const isOn = filter.includes(word)
        const target = isOn ? rest : `${rest} ${word}`.trim()
        return (
          <li key={health}>
            <a class={isOn ? 'chip on' : 'chip'} href={hashOf({ at: 'objects', filter: target })} aria-current={isOn ? 'true' : undefined}>
              <HealthMark health={health} bare />
              {HEALTH_WORDS[health]} <span class="aside">{number(counts[health])}</span>
            </a>
          </li>
        )
      })}
    </ul>
  )
}

function usePaced(value: number, ms: number): number {
  const [paced, setPaced] = useState(value)
  const last = useRef(0)
  useEffect(() => {
    const wait = Math.max(0, last.current + ms - Date.now())
    const timer = setTimeout(() => {
      last.current = Date.now()
      setPaced(value)
    }, wait)
    return () => clearTimeout(timer)
  }, [value, ms])
  return paced
}
