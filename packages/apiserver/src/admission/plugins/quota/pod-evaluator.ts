import { type DynamicObject, matchesLabels, type Quantity } from '@kubewright/core'
import { type Fields, listAt, optionalFields } from '../../../registry/fields.ts'
import { type Amounts, amountsOf, containerAmounts, largest, ONE, plus, podAmounts } from '../pod-resources.ts'
import type { Evaluator, ScopeRequirement } from './evaluator.ts'

const KINDS = ['cpu', 'memory', 'ephemeral-storage']
const NAMES = new Set(['pods', ...KINDS.flatMap((kind) => [kind, `requests.${kind}`, `limits.${kind}`])])
/** A quota that limits these demands that every container says how much of it it needs. It is so for these alone, and for ever. */
const DEMANDED = new Set(['cpu', 'memory'].flatMap((kind) => [kind, `requests.${kind}`, `limits.${kind}`]))

/** What pods use up of quotas: those that have ended count as objects alone. */
export function podEvaluator(count: string, now: () => number): Evaluator {
  return {
    matching: (asked) => asked.filter((name) => name === count || NAMES.has(name) || isHugePages(name) || isExtended(name)),
    // Of a running pod nothing changes but whether it is to end by itself.
    countsUpdates: (pod, old) => isTerminating(pod) !== isTerminating(old),
    usage(pod) {
      const counted: Amounts = new Map([[count, ONE]])
      return hasEnded(pod, now()) ? counted : plus(counted, computed(specOf(pod)))
    },
    isInScope,
    constraint,
  }
}

const specOf = (pod: DynamicObject): Fields => optionalFields(pod as Fields, 'spec') ?? {}

const isHugePages = (name: string): boolean => name.startsWith('hugepages-') || name.startsWith('requests.hugepages-')

/** Of what nodes have beside the ordinary, only requests can be limited. */
const isExtended = (name: string): boolean => name.startsWith('requests.') && isForeign(name.slice('requests.'.length))
const isForeign = (name: string): boolean => name.includes('/') && !/(^|\.)kubernetes\.io\//.test(name)

function computed(spec: Fields): Amounts {
  const overhead = amountsOf(optionalFields(spec, 'overhead'))
  const limits = podAmounts(spec, 'limits')
  const overLimits = new Map([...overhead].filter(([name]) => limits.has(name)))
  return named(plus(podAmounts(spec, 'requests'), overhead), plus(limits, overLimits))
}

function named(requests: Amounts, limits: Amounts): Amounts {
  const used = new Map<string, Quantity>([['pods', ONE]])
  for (const [name, amount] of requests) {
    if (KINDS.includes(name) || name.startsWith('hugepages-')) used.set(name, amount)
    if (KINDS.includes(name) || name.startsWith('hugepages-') || isForeign(name)) used.set(`requests.${name}`, amount)
  }
  for (const [name, amount] of limits) if (KINDS.includes(name)) used.set(`limits.${name}`, amount)
  return used
}

function constraint(pod: DynamicObject, names: readonly string[]): string | undefined {
  const spec = specOf(pod)
  if (optionalFields(spec, 'resources') !== undefined && Object.keys(optionalFields(spec, 'resources') ?? {}).length > 0) return undefined
  const missing = new Map<string, Set<string>>()
  for (const container of [...listAt(spec, 'containers'), ...listAt(spec, 'initContainers')]) {
    const said = named(containerAmounts(container, 'requests'), containerAmounts(container, 'limits'))
    for (const name of names.filter((each) => DEMANDED.has(each) && !said.has(each)))
      missing.set(name, (missing.get(name) ?? new Set()).add(String(container['name'] ?? '')))
  }
  if (missing.size === 0) return undefined
  const told = [...missing]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, containers]) => `${name} for: ${[...containers].sort().join(',')}`)
  return `must specify ${told.join('; ')}`
}

function isInScope(pod: DynamicObject, { scopeName, operator, values = [] }: ScopeRequirement): boolean {
  const spec = specOf(pod)
  switch (scopeName) {
    case 'Terminating':
      return isTerminating(pod)
    case 'NotTerminating':
      return !isTerminating(pod)
    case 'BestEffort':
      return isBestEffort(spec)
    case 'NotBestEffort':
      return !isBestEffort(spec)
    case 'PriorityClass': {
      const name = String(spec['priorityClassName'] ?? '')
      return matchesLabels([{ key: 'PriorityClass', operator, values }], name === '' ? {} : { PriorityClass: name })
    }
    case 'CrossNamespacePodAffinity':
      return looksElsewhere(optionalFields(spec, 'affinity') ?? {})
    default:
      return false
  }
}

const isTerminating = (pod: DynamicObject): boolean => Number(specOf(pod)['activeDeadlineSeconds'] ?? -1) >= 0

function isBestEffort(spec: Fields): boolean {
  const asked = (kind: 'requests' | 'limits') =>
    [spec, ...listAt(spec, 'containers'), ...listAt(spec, 'initContainers')].reduce<Amounts>(
      (sum, each) => largest(sum, containerAmounts(each, kind)),
      new Map(),
    )
  return [...asked('requests'), ...asked('limits')].every(([name, { nanos }]) => (name !== 'cpu' && name !== 'memory') || nanos === 0n)
}

function looksElsewhere(affinity: Fields): boolean {
  const terms = ['podAffinity', 'podAntiAffinity'].flatMap((kind) => {
    const rules = optionalFields(affinity, kind) ?? {}
    return [
      ...listAt(rules, 'requiredDuringSchedulingIgnoredDuringExecution'),
      ...listAt(rules, 'preferredDuringSchedulingIgnoredDuringExecution').map((each) => optionalFields(each, 'podAffinityTerm') ?? {}),
    ]
  })
  return terms.some(
    ({ namespaces, namespaceSelector }) => (Array.isArray(namespaces) && namespaces.length > 0) || namespaceSelector !== undefined,
  )
}

/** Or should have: one that hangs on a lost node must not keep its place for ever. */
function hasEnded(pod: DynamicObject, now: number): boolean {
  const phase = optionalFields(pod as Fields, 'status')?.['phase']
  if (phase === 'Failed' || phase === 'Succeeded') return true
  const { deletionTimestamp, deletionGracePeriodSeconds } = pod.metadata
  if (deletionTimestamp === undefined || deletionGracePeriodSeconds === undefined) return false
  return now > Date.parse(String(deletionTimestamp)) + deletionGracePeriodSeconds * 1000
}
