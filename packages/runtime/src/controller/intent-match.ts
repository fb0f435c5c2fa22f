import { deepEqual, type GroupVersionKind, parseQuantity } from '@kubewright/core'
import type { OwnedFields } from './applied-fields.ts'

type Fields = Readonly<Record<string, unknown>>

/**
 * Whether applying `intent` would change nothing: all it says is there, all it says is owned, and nothing is owned that it does not say (which
 * would be removed). Lists are matched as the server merges them, which the ownership tells. When in doubt: no, and one request finds out.
 */
export function isApplied(live: object, intent: object, owned: OwnedFields, kind: GroupVersionKind): boolean {
  const { apiVersion: _, kind: __, metadata: wanted, ...rest } = intent as Fields
  // What identifies an object is owned by nobody.
  const { name: ___, namespace: ____, ...metadata } = (wanted ?? {}) as Fields
  const said = Object.keys(metadata).length === 0 ? rest : { ...rest, metadata }
  return matches(live, said, owned, { amounts: false, builtin: isBuiltIn(kind) })
}

interface Place {
  /** The values here are amounts such as `1000m`, which the server writes in one way. */
  readonly amounts: boolean
  readonly builtin: boolean
}

const WHOLE: OwnedFields = {}

function matches(live: unknown, wanted: unknown, owned: OwnedFields | undefined, place: Place): boolean {
  if (wanted === null) return isNothing(live)
  if (Array.isArray(wanted)) return wanted.length === 0 ? isNothing(live) : matchesList(live, wanted, owned, place)
  if (typeof wanted === 'object') return matchesObject(live, wanted as Fields, owned, place)
  return owned !== undefined && (live === wanted || (place.amounts && isSameAmount(live, wanted)))
}

function matchesObject(live: unknown, wanted: Fields, owned: OwnedFields | undefined, place: Place): boolean {
  const said = Object.entries(wanted).filter(([, value]) => value !== undefined)
  // Of an empty map some servers keep nothing, neither it nor its owner, and others keep that it is owned.
  if (said.length === 0) return isNothing(live) && isWhole(owned ?? WHOLE)
  if (owned === undefined || !isFields(live)) return false
  const whole = isWhole(owned)
  const has = (key: string) => wanted[key] !== undefined
  if (!whole && Object.keys(owned).some((field) => field.startsWith('f:') && !has(field.slice(2)))) return false
  return said.every(([key, value]) => {
    const child = whole ? WHOLE : (owned[`f:${key}`] as OwnedFields | undefined)
    return matches(Object.hasOwn(live, key) ? live[key] : undefined, value, child, inside(place, key))
  })
}

function matchesList(live: unknown, wanted: readonly unknown[], owned: OwnedFields | undefined, place: Place): boolean {
  if (owned === undefined || !Array.isArray(live)) return false
  if (isWhole(owned)) return live.length === wanted.length && wanted.every((item, at) => matches(live[at], item, WHOLE, place))
  const items = Object.entries(owned).filter(([name]) => name !== '.')
  if (items.length !== wanted.length) return false
  const places: [wantedAt: number, liveAt: number][] = []
  for (const [name, child] of items) {
    const wantedAt = wanted.findIndex((item) => isItem(name, item, 'as said'))
    const liveAt = live.findIndex((item) => isItem(name, item, 'in full'))
    if (wantedAt === -1 || liveAt === -1 || !matches(live[liveAt], wanted[wantedAt], child as OwnedFields, place)) return false
    // The order of a set means nothing; that of init containers, or of variables which name each other, does.
    if (name.startsWith('k:')) places.push([wantedAt, liveAt])
  }
  places.sort(([a], [b]) => a - b)
  return places.every(([, liveAt], at) => at === 0 || places[at - 1]![1] < liveAt)
}

/** `as said`: a key may be missing, because the server fills it in (a port's protocol). */
function isItem(name: string, item: unknown, how: 'as said' | 'in full'): boolean {
  const text = name.slice(2)
  if (name.startsWith('v:')) return deepEqual(parsed(text), item)
  const keys = parsed(text)
  if (!name.startsWith('k:') || !isFields(keys) || !isFields(item)) return false
  const entries = Object.entries(keys)
  const missing = entries.filter(([key]) => item[key] === undefined)
  if (how === 'in full' ? missing.length > 0 : missing.length === entries.length) return false
  return entries.every(([key, value]) => item[key] === undefined || deepEqual(item[key], value))
}

/** Where built-in kinds hold amounts. Custom resources are stored as they were written. */
const AMOUNTS = new Set([
  ...['limits', 'requests', 'capacity', 'allocatable', 'overhead', 'podFixed', 'hard', 'sizeLimit', 'divisor', 'storage'],
  // HorizontalPodAutoscaler and LimitRange.
  ...['target', 'averageValue', 'default', 'defaultRequest', 'max', 'min', 'maxLimitRequestRatio'],
])

/** Maps of texts with keys that somebody has chosen. */
const TEXTS = new Set([
  'data',
  'binaryData',
  'labels',
  'annotations',
  'matchLabels',
  'nodeSelector',
  'selector',
  'parameters',
  'volumeAttributes',
])

function inside(place: Place, key: string): Place {
  if (!place.builtin || place.amounts) return place
  if (TEXTS.has(key)) return { ...place, builtin: false }
  return AMOUNTS.has(key) ? { ...place, amounts: true } : place
}

/** Groups without a dot are Kubernetes' own (apps, batch, autoscaling, policy); so is networking.k8s.io and its like, which CRDs use too, but seldom with amounts. */
const isBuiltIn = ({ group }: GroupVersionKind) => !group.includes('.') || group.endsWith('.k8s.io')

function isSameAmount(a: unknown, b: unknown): boolean {
  try {
    return parseQuantity(String(a)).nanos === parseQuantity(String(b)).nanos
  } catch {
    // One of them is no amount, so they are not the same one.
    return false
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    // A form of ownership that this program does not know matches nothing: the request is sent.
    return undefined
  }
}

const isFields = (value: unknown): value is Fields => typeof value === 'object' && value !== null && !Array.isArray(value)
const isWhole = (owned: OwnedFields) => Object.keys(owned).every((name) => name === '.')
const isNothing = (value: unknown) =>
  value === undefined || value === null || (typeof value === 'object' && Object.keys(value as object).length === 0)
