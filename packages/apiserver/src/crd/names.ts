import { type Condition, setCondition } from '@kubewright/core'
import type { CustomResourceDefinition, DefinitionNames, DefinitionStatus } from './definition.ts'

interface Verdict {
  readonly accepted: DefinitionNames
  /** Undefined: all names are accepted. */
  readonly conflict: { readonly reason: string; readonly message: string } | undefined
}

/** Two definitions of a group may not share a name; the one that had it first keeps it. */
export function judgeNames(crd: CustomResourceDefinition, others: readonly CustomResourceDefinition[]): Verdict {
  const wanted = crd.spec.names
  const taken = others
    .filter((other) => other.spec.group === crd.spec.group && other.metadata.uid !== crd.metadata.uid)
    .flatMap((other) => other.status?.acceptedNames ?? [])
  const resourceNames = new Set(
    taken.flatMap(({ plural, singular, shortNames }) => [plural, singular ?? '', ...(shortNames ?? [])]).filter(Boolean),
  )
  const kinds = new Set(taken.flatMap(({ kind, listKind }) => [kind, listKind ?? '']).filter(Boolean))
  let conflict: Verdict['conflict']
  const judged = (names: ReadonlySet<string>, reason: string, ...values: readonly string[]): boolean => {
    const clash = values.find((value) => names.has(value))
    if (clash !== undefined) conflict = { reason, message: `${JSON.stringify(clash)} is already in use` }
    return clash === undefined
  }
  const before = crd.status?.acceptedNames
  const accepted: DefinitionNames = {
    plural: judged(resourceNames, 'PluralConflict', wanted.plural) ? wanted.plural : (before?.plural ?? ''),
    ...(wanted.singular && judged(resourceNames, 'SingularConflict', wanted.singular) ? { singular: wanted.singular } : {}),
    ...(wanted.shortNames?.length && judged(resourceNames, 'ShortNamesConflict', ...wanted.shortNames)
      ? { shortNames: wanted.shortNames }
      : {}),
    kind: judged(kinds, 'KindConflict', wanted.kind) ? wanted.kind : (before?.kind ?? ''),
    ...(wanted.listKind && judged(kinds, 'ListKindConflict', wanted.listKind) ? { listKind: wanted.listKind } : {}),
    ...(wanted.categories?.length ? { categories: wanted.categories } : {}),
  }
  return { accepted, conflict }
}

/** The status that says whether the definition's names hold. */
export function establishedStatus(
  crd: CustomResourceDefinition,
  others: readonly CustomResourceDefinition[],
  now: number,
): DefinitionStatus {
  const { accepted, conflict } = judgeNames(crd, others)
  const conditions: readonly Condition[] = crd.status?.conditions ?? []
  const named = setCondition(
    conditions,
    conflict === undefined
      ? { type: 'NamesAccepted', status: 'True', reason: 'NoConflicts', message: 'no conflicts found' }
      : { type: 'NamesAccepted', status: 'False', ...conflict },
    now,
  )
  const wasEstablished = isEstablished(crd)
  const established = setCondition(
    named,
    conflict === undefined || wasEstablished
      ? { type: 'Established', status: 'True', reason: 'InitialNamesAccepted', message: 'the initial names have been accepted' }
      : { type: 'Established', status: 'False', reason: 'NotAccepted', message: 'not all names are accepted' },
    now,
  )
  return { ...crd.status, conditions: established, acceptedNames: accepted }
}

export const isEstablished = (crd: CustomResourceDefinition): boolean =>
  (crd.status?.conditions ?? []).some(({ type, status }) => type === 'Established' && status === 'True')
