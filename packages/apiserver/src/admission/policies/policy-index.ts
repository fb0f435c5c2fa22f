import { labelSelectorOf } from '@kubewright/core'
import type { Store } from '../../storage/index.ts'
import type { MatchCriteria } from '../matcher.ts'
import type { BindingSpec, MatchResources, Policy, PolicyBinding, PolicySpec, PolicyTables } from './policy.ts'

/** A policy that at least one binding puts to work. */
export interface BoundPolicy<Spec extends PolicySpec, Binding extends BindingSpec, Compiled> {
  readonly name: string
  readonly spec: Spec
  readonly compiled: Compiled
  readonly criteria: MatchCriteria
  readonly bindings: readonly BoundBinding<Binding>[]
}

export interface BoundBinding<Spec extends BindingSpec> {
  readonly name: string
  readonly spec: Spec
  /** Absent: all that the policy concerns. */
  readonly criteria: MatchCriteria | undefined
}

/** The policies of one sort with their bindings, by name. What no binding names does nothing. */
export class PolicyIndex<Spec extends PolicySpec, Binding extends BindingSpec, Compiled> {
  private readonly store: Store
  private readonly tables: PolicyTables
  private readonly compile: (spec: Spec) => Compiled
  private readonly compiled = new WeakMap<object, Compiled>()
  private known: readonly BoundPolicy<Spec, Binding, Compiled>[] | undefined

  constructor(store: Store, tables: PolicyTables, compile: (spec: Spec) => Compiled) {
    this.store = store
    this.tables = tables
    this.compile = compile
  }

  /** Follows policies and bindings until the returned function is called. */
  start(): () => void {
    const forget = () => {
      this.known = undefined
    }
    const stops = Object.values(this.tables).map((table: string) => this.store.subscribe(forget, table))
    return () => {
      for (const stop of stops) stop()
    }
  }

  all(): readonly BoundPolicy<Spec, Binding, Compiled>[] {
    this.known ??= this.read()
    return this.known
  }

  private read(): readonly BoundPolicy<Spec, Binding, Compiled>[] {
    const bindings = Map.groupBy(
      this.store.list(this.tables.bindings).map(({ object }) => object as unknown as PolicyBinding<Binding>),
      ({ spec }) => spec.policyName,
    )
    return this.store.list(this.tables.policies).flatMap(({ object }) => {
      const policy = object as unknown as Policy<Spec>
      const name = policy.metadata.name ?? ''
      const bound = bindings.get(name)
      if (bound === undefined) return []
      return {
        name,
        spec: policy.spec,
        compiled: this.compiledOf(policy),
        criteria: criteriaOf(policy.spec.matchConstraints),
        bindings: bound.map(({ metadata, spec }) => ({
          name: metadata.name ?? '',
          spec,
          criteria: spec.matchResources && criteriaOf(spec.matchResources),
        })),
      }
    })
  }

  private compiledOf(policy: Policy<Spec>): Compiled {
    const compiled = this.compiled.get(policy) ?? this.compile(policy.spec)
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
