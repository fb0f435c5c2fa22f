import type { PolicySpec } from '../kinds/policies.ts'

type LabelSelectorField = NonNullable<PolicySpec['targetResource']['labelSelector']>

/** What `exactOptionalPropertyTypes` wants: absent, not undefined. */
export function selectorSpec({ matchLabels, matchExpressions = [] }: LabelSelectorField = {}) {
  return {
    ...(matchLabels !== undefined && { matchLabels }),
    matchExpressions: matchExpressions.map(({ key, operator, values }) => ({ key, operator, ...(values !== undefined && { values }) })),
  }
}
