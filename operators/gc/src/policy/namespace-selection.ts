import { type KubeObject, type LabelSelector, labelSelectorOf, matchesLabels } from 'kubewright'
import { type Context, type Fact, known } from '../facts/facts.ts'
import type { PolicySpec } from '../kinds/policies.ts'
import { selectorSpec } from './selector-spec.ts'
import { within } from './within.ts'

/** In which namespaces a policy works, as far as its watch does not say so already. */
export interface NamespaceSelection {
  /** Whether it asks for the labels of namespaces. */
  readonly asksForNamespaces: boolean
  takes(object: KubeObject, context: Context): Fact<boolean>
}

const YES = known(true)
const NO = known(false)

export function matchesNamespace(patterns: readonly string[], namespace: string): boolean {
  return patterns.some((pattern) => (pattern.endsWith('*') ? namespace.startsWith(pattern.slice(0, -1)) : namespace === pattern))
}

/** @throws Error naming the field that is wrong. */
export function selectNamespaces(target: PolicySpec['targetResource']): NamespaceSelection {
  const { namespaces, excludeNamespaces = [], namespaceSelector } = target
  const selector: LabelSelector | undefined =
    namespaceSelector && within('targetResource.namespaceSelector', () => labelSelectorOf(selectorSpec(namespaceSelector)))
  return {
    asksForNamespaces: selector !== undefined,
    takes({ metadata: { namespace } }, { facts }) {
      if (namespace === undefined) return YES
      if (namespaces !== undefined && !matchesNamespace(namespaces, namespace)) return NO
      if (matchesNamespace(excludeNamespaces, namespace)) return NO
      if (selector === undefined) return YES
      const fact = facts.namespace(namespace)
      if (fact.is === 'unknown') return fact
      return fact.value !== undefined && matchesLabels(selector, fact.value.labels) ? YES : NO
    },
  }
}
