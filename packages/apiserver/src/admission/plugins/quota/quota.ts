import { type DynamicObject, printQuantity } from '@kubewright/core'
import { type Fields, listAt, optionalFields } from '../../../registry/fields.ts'
import { type Amounts, amountsOf } from '../pod-resources.ts'
import type { Evaluator, ScopeRequirement } from './evaluator.ts'

export const QUOTAS_TABLE = '/resourcequotas'

/** Whether an object is of the part of its namespace that a quota is for. */
export function isInScopes(quota: DynamicObject, object: DynamicObject, { isInScope }: Evaluator): boolean {
  return scopesOf(quota).every((scope) => isInScope?.(object, scope) ?? false)
}

function scopesOf(quota: DynamicObject): readonly ScopeRequirement[] {
  const spec = optionalFields(quota as Fields, 'spec') ?? {}
  const scopes = Array.isArray(spec['scopes']) ? spec['scopes'].map(String) : []
  const selected = listAt(optionalFields(spec, 'scopeSelector') ?? {}, 'matchExpressions') as unknown as readonly ScopeRequirement[]
  return [...scopes.map((scopeName): ScopeRequirement => ({ scopeName, operator: 'Exists' })), ...selected]
}

/** What the quota limits, as far as it is counted already. */
export const hardOf = (quota: DynamicObject): Amounts => amountsOf(optionalFields(optionalFields(quota as Fields, 'status') ?? {}, 'hard'))
export const usedOf = (quota: DynamicObject): Amounts => amountsOf(optionalFields(optionalFields(quota as Fields, 'status') ?? {}, 'used'))
export const wantedOf = (quota: DynamicObject): Amounts => amountsOf(optionalFields(optionalFields(quota as Fields, 'spec') ?? {}, 'hard'))

/** Those of these names. */
export const masked = (amounts: Amounts, names: Iterable<string>): Amounts => {
  const kept = new Set(names)
  return new Map([...amounts].filter(([name]) => kept.has(name)))
}

/** `cpu=1,memory=2Gi`, as refusals have it. */
export const shown = (amounts: Amounts): string =>
  [...amounts]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, amount]) => `${name}=${printQuantity(amount)}`)
    .join(',')

export const listed = (amounts: Amounts): Readonly<Record<string, string>> =>
  Object.fromEntries([...amounts].sort(([a], [b]) => (a < b ? -1 : 1)).map(([name, amount]) => [name, printQuantity(amount)]))
