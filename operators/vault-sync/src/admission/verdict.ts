import { annotation } from '../annotations/names.ts'
import { parseAnnotations } from '../annotations/parse.ts'
import { problemOfPath } from '../path/grammar.ts'
import { allowedPatterns, isAllowed, type PathRule } from '../path/path-policy.ts'
import { type PlacementOptions, possiblePlaces } from '../path/placement.ts'

export interface AdmissionPolicy {
  readonly rules: readonly PathRule[]
  readonly placement: PlacementOptions
  /** Names of Vaults beside the default one. */
  readonly vaults: readonly string[]
}

/** What there is to say about annotations before the object is stored. */
export interface Verdict {
  readonly errors: readonly string[]
  readonly warnings: readonly string[]
}

type Annotations = Readonly<Record<string, string>> | undefined

export function verdictOn(annotations: Annotations, namespace: string, { rules, placement, vaults }: AdmissionPolicy): Verdict {
  const parsed = parseAnnotations(annotations)
  if (parsed.is === 'unmanaged') return { errors: [], warnings: parsed.warnings }
  const errors = parsed.is === 'invalid' ? [...parsed.problems] : []
  const { path, options } = parsed.request
  const scope = { cluster: placement.clusterName, namespace }
  if (problemOfPath(path) === undefined && !possiblePlaces(path, placement).some((place) => isAllowed(rules, scope, place))) {
    const allowed = allowedPatterns(rules, scope)
    errors.push(`${annotation('path')}: the path policy allows this namespace ${allowed.length === 0 ? 'no path' : allowed.join(', ')}`)
  }
  if (options.vault !== undefined && !vaults.includes(options.vault))
    errors.push(`${annotation('vault')}: there is no such Vault${vaults.length === 0 ? '' : `: one of ${vaults.join(', ')}`}`)
  return { errors, warnings: parsed.warnings }
}
