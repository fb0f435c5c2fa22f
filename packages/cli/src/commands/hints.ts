import { kindOf } from '@kubewright/core'
import type { OperatorDefinition } from '../operator.ts'

export interface Hint {
  readonly operator: string
  /** What `kubectl get` takes: short names with commas. */
  readonly resources: string
}

/** Where to look at each operator's work: at its own kinds, or, where it brings none, at those of its examples. */
export function hintsFor(operators: readonly OperatorDefinition[]): readonly Hint[] {
  return operators.flatMap(({ name, kinds, examples }) => {
    const own = kinds.map((kind) => kind.crd().spec.names.shortNames?.[0] ?? kind.plural)
    const shown = own.length > 0 ? own : [...new Set((examples?.(0) ?? []).map((object) => kindOf(object).kind.toLowerCase()))]
    const resources = shown.filter((resource) => resource !== 'namespace').join(',')
    return resources === '' ? [] : [{ operator: name, resources }]
  })
}
