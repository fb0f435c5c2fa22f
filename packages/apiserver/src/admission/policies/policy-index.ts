import { labelSelectorOf } from '@kubewright/core'
import type { Store } from '../../storage/index.ts'
import type { MatchCriteria } from '../matcher.ts'
import { type CompiledPolicy, compilePolicy } from './compiled-policy.ts'
import { BINDINGS_TABLE, type MatchResources, POLICIES_TABLE, type PolicyBinding, type ValidatingPolicy } from './policy.ts'

/** A policy that at least one binding puts to work. */
export interface BoundPolicy {
  readonly name: string
  readonly policy: ValidatingPolicy
  readonly compiled: CompiledPolicy
  readonly criteria: MatchCriteria
  readonly bindings: readonly BoundBinding[]
}

export interface BoundBinding {
  readonly name: string
  readonly binding: PolicyBinding
  /** Absent: all that the policy concerns. */
  readonly criteria: MatchCriteria | undefined
}

/** The policies with their bindings, by name. What no binding names does nothing. */
export class PolicyIndex {
  private readonly store: Store
  private readonly compiled = new WeakMap<object, CompiledPolicy>()
  private known: readonly BoundPolicy[] | undefined

  constructor(store: Store) {
    this.store = store
  }

  /** Follows policies and bindings until the returned function is called. */
  start(): () => void {
    const forget = () => {
      this.known = undefined
    }
    const stops = [this.store.subscribe(forget, POLICIES_TABLE), this.store.subscribe(forget, BINDINGS_TABLE)]
    return () => {
      for (const stop of stops) stop()
    }
  }

  all(): readonly BoundPolicy[] {
    this.known ??= this.read()
    return this.known
  }

  private read(): readonly BoundPolicy[] {
    const bindings = Map.groupBy(
      this.store.list(BINDINGS_TABLE).map(({ object }) => object as unknown as PolicyBinding),
      ({ spec }) => spec.policyName,
    )
    return this.store.list(POLICIES_TABLE).flatMap(({ object }) => {
      const policy = object as unknown as ValidatingPolicy
      const name = policy.metadata.name ?? ''
      const bound = bindings.get(name)
      if (bound === undefined) return []
      return {
        name,
        policy,
        compiled: this.compiledOf(policy),
        criteria: criteriaOf(policy.spec.matchConstraints),
        bindings: bound.map((binding) => ({
          name: binding.metadata.name ?? '',
          binding,
          criteria: binding.spec.matchResources && criteriaOf(binding.spec.matchResources),
        })),
      }
    })
  }

  private compiledOf(policy: ValidatingPolicy): CompiledPolicy {
    const compiled = this.compiled.get(policy) ?? compilePolicy(policy.spec).policy
    this.compiled.set(policy, compiled)
    return compiled
  }
}

const criteriaOf = ({
  resourceRules = [],
  excludeResourceRules = [],
  matchPolicy,
  namespaceSelector,
  objectSelector,
}: MatchResources): MatchCriteria => ({
  rules: resourceRules.length === 0 ? undefined : resourceRules,
  excluded: excludeResourceRules,
  matchPolicy,
  namespaceSelector: labelSelectorOf(namespaceSelector ?? {}),
  objectSelector: labelSelectorOf(objectSelector ?? {}),
})
