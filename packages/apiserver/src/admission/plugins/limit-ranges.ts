import { type DynamicObject, printQuantity, type Quantity, quantityToNumber } from '@kubewright/core'
import { type Fields, fieldsAt, listAt, optionalFields } from '../../registry/fields.ts'
import type { ServerWrite } from '../../registry/server-admission.ts'
import type { Draft } from '../../registry/strategy.ts'
import type { Store } from '../../storage/index.ts'
import { type AdmissionPlugin, denial } from './plugin.ts'
import { type Amounts, amountsOf, containerAmounts, NO_AMOUNTS, podAmounts } from './pod-resources.ts'

const PODS = '/pods'
const CLAIMS = '/persistentvolumeclaims'
const SET_BY = 'kubernetes.io/limit-ranger'

/** Gives the containers of new pods what a LimitRange of their namespace gives by default, and holds pods and claims within its bounds. */
export function limitRanges(store: Store): AdmissionPlugin {
  const rangesOf = ({ namespace }: ServerWrite): readonly DynamicObject[] =>
    store.list('/limitranges', { prefix: `${namespace}/` }).map(({ object }) => object)
  return {
    tables: [PODS, CLAIMS],
    admit(write, draft) {
      // What containers ask for does not change afterwards.
      if (write.resource.storage.table !== PODS || write.old !== undefined) return
      for (const range of rangesOf(write)) setDefaults(draft, limitsOf(range))
    },
    validate(write, object) {
      const isPod = write.resource.storage.table === PODS
      if (isPod ? write.old !== undefined : write.old?.metadata.deletionTimestamp !== undefined) return
      for (const range of rangesOf(write)) {
        const spec = optionalFields(object as Fields, 'spec') ?? {}
        const problems = limitsOf(range).flatMap((limit) => (isPod ? podProblems(limit, spec) : claimProblems(limit, spec)))
        if (problems.length > 0) throw denial(write, object, problems.length === 1 ? problems[0]! : `[${problems.join(', ')}]`)
      }
    },
  }
}

const limitsOf = (range: DynamicObject): readonly Fields[] => listAt(optionalFields(range as Fields, 'spec') ?? {}, 'limits')

function setDefaults(pod: Draft, limits: readonly Fields[]): void {
  const ofContainers = limits.filter(({ type }) => type === 'Container')
  const requests = Object.assign({}, ...ofContainers.map((limit) => optionalFields(limit, 'defaultRequest'))) as Fields
  const most = Object.assign({}, ...ofContainers.map((limit) => optionalFields(limit, 'default'))) as Fields
  const spec = fieldsAt(pod, 'spec')
  const told = [
    ...listAt(spec, 'containers').flatMap((each) => setMissing(each, 'container', requests, most)),
    ...listAt(spec, 'initContainers').flatMap((each) => setMissing(each, 'init container', requests, most)),
  ]
  if (told.length > 0) pod.metadata.annotations = { ...pod.metadata.annotations, [SET_BY]: `LimitRanger plugin set: ${told.join('; ')}` }
}

/** @returns what was set, as the annotation tells it */
function setMissing(container: Fields, what: string, requests: Fields, limits: Fields): readonly string[] {
  const fillIn = (kind: 'requests' | 'limits', defaults: Fields): readonly string[] => {
    const missing = Object.keys(defaults).filter(
      (name) => optionalFields(optionalFields(container, 'resources') ?? {}, kind)?.[name] === undefined,
    )
    if (missing.length > 0)
      Object.assign(fieldsAt(fieldsAt(container, 'resources'), kind), Object.fromEntries(missing.map((name) => [name, defaults[name]])))
    return missing.sort()
  }
  const [setLimits, setRequests] = [fillIn('limits', limits), fillIn('requests', requests)]
  const name = String(container['name'] ?? '')
  return [
    ...(setRequests.length === 0 ? [] : [`${setRequests.join(', ')} request for ${what} ${name}`]),
    ...(setLimits.length === 0 ? [] : [`${setLimits.join(', ')} limit for ${what} ${name}`]),
  ]
}

function podProblems(limit: Fields, spec: Fields): readonly string[] {
  if (limit['type'] === 'Pod') return problemsOf(limit, podAmounts(spec, 'requests'), podAmounts(spec, 'limits'))
  if (limit['type'] !== 'Container') return []
  return [...listAt(spec, 'containers'), ...listAt(spec, 'initContainers')].flatMap((each) =>
    problemsOf(limit, containerAmounts(each, 'requests'), containerAmounts(each, 'limits')),
  )
}

/** A claim asks for storage, and nobody asks it for its limits. */
function claimProblems(limit: Fields, spec: Fields): readonly string[] {
  if (limit['type'] !== 'PersistentVolumeClaim') return []
  const requests = amountsOf(optionalFields(optionalFields(spec, 'resources') ?? {}, 'requests'))
  const bounds = boundsOf(limit, 'PersistentVolumeClaim', requests, NO_AMOUNTS)
  return [...bounds.least(), ...bounds.mostRequested()]
}

function problemsOf(limit: Fields, requests: Amounts, limits: Amounts): readonly string[] {
  const bounds = boundsOf(limit, String(limit['type']), requests, limits)
  return [...bounds.least(), ...bounds.most(), ...bounds.ratio()]
}

/** The bounds of a limit, each as what is wrong with it: no text is without a reader who looks for it. */
function boundsOf(limit: Fields, type: string, requests: Amounts, limits: Amounts) {
  const entries = (field: string) => [...amountsOf(optionalFields(limit, field))].sort(([a], [b]) => (a < b ? -1 : 1))
  const check = (field: string, problem: (name: string, bound: Bound) => string | undefined) =>
    entries(field).flatMap(([name, bound]) => {
      const [request, most] = [requests.get(name), limits.get(name)]
      const found = problem(name, { bound, request, most, shown: printQuantity(bound) })
      return found === undefined ? [] : [found]
    })
  return {
    least: () =>
      check('min', (name, { bound, request, most, shown }) => {
        const start = `minimum ${name} usage per ${type} is ${shown}`
        if (request === undefined) return `${start}.  No request is specified`
        if (request.nanos < bound.nanos) return `${start}, but request is ${printQuantity(request)}`
        return most !== undefined && most.nanos < bound.nanos ? `${start}, but limit is ${printQuantity(most)}` : undefined
      }),
    most: () =>
      check('max', (name, { bound, request, most, shown }) => {
        const start = `maximum ${name} usage per ${type} is ${shown}`
        if (most === undefined) return `${start}.  No limit is specified`
        if (most.nanos > bound.nanos) return `${start}, but limit is ${printQuantity(most)}`
        return request !== undefined && request.nanos > bound.nanos ? `${start}, but request is ${printQuantity(request)}` : undefined
      }),
    mostRequested: () =>
      check('max', (name, { bound, request, shown }) => {
        const start = `maximum ${name} usage per ${type} is ${shown}`
        if (request === undefined) return `${start}.  No request is specified`
        return request.nanos > bound.nanos ? `${start}, but request is ${printQuantity(request)}` : undefined
      }),
    ratio: () =>
      check('maxLimitRequestRatio', (name, { bound, request, most, shown }) => {
        const start = `${name} max limit to request ratio per ${type} is ${shown}`
        if (request === undefined || request.nanos === 0n) return `${start}, but no request is specified or request is 0`
        if (most === undefined || most.nanos === 0n) return `${start}, but no limit is specified or limit is 0`
        const provided = quantityToNumber(most) / quantityToNumber(request)
        return provided > quantityToNumber(bound) ? `${start}, but provided ratio is ${provided.toFixed(6)}` : undefined
      }),
  }
}

interface Bound {
  readonly bound: Quantity
  readonly request: Quantity | undefined
  readonly most: Quantity | undefined
  readonly shown: string
}
