import { type GroupVersionKind, type KubeObject, parseApiVersion } from 'kubewright'
import { type Holding, holding, undecided } from '../conditions/holding.ts'
import type { Context } from '../facts/facts.ts'
import { parseFieldPath } from '../fields/field-path.ts'
import { within } from '../policy/within.ts'

export interface OwnerGoneSpec {
  readonly apiVersion: string
  readonly kind: string
  readonly namePath?: string | undefined
  readonly namespacePath?: string | undefined
}

/** A condition about another object: it was named, and is there no more. */
export interface OwnerGone {
  readonly kind: GroupVersionKind
  readonly metadataOnly: boolean
  of(object: KubeObject, context: Context): Holding
}

/** @throws Error naming the field that is wrong. */
export function compileOwnerGone({ apiVersion, kind, namePath, namespacePath }: OwnerGoneSpec): OwnerGone {
  const owner: GroupVersionKind = { ...within('conditions.ownerGone.apiVersion', () => parseApiVersion(apiVersion)), kind }
  const name = namePath === undefined ? undefined : within('conditions.ownerGone.namePath', () => parseFieldPath(namePath))
  const namespace =
    namespacePath === undefined ? undefined : within('conditions.ownerGone.namespacePath', () => parseFieldPath(namespacePath))
  return {
    kind: owner,
    metadataOnly: name?.metadataOnly !== false && namespace?.metadataOnly !== false,
    of(object, { facts }) {
      const where = namespace === undefined ? object.metadata.namespace : textOf(namespace.first(object))
      const named = name === undefined ? referencesTo(object, owner) : namesAt(name.first(object))
      if (named.length === 0) return holding(false)
      for (const { name: of, uid } of named) {
        const there = facts.exists(owner, where, of, uid)
        if (there.is === 'unknown') return undecided(there.reason)
        if (there.value) return holding(false)
      }
      return holding(true)
    },
  }
}

interface Named {
  readonly name: string
  readonly uid?: string
}

function referencesTo({ metadata }: KubeObject, { group, kind }: GroupVersionKind): readonly Named[] {
  return (metadata.ownerReferences ?? []).filter(
    (reference) => reference.kind === kind && parseApiVersion(reference.apiVersion).group === group,
  )
}

function namesAt(value: unknown): readonly Named[] {
  const text = textOf(value)
  return text === undefined || text === '' ? [] : [{ name: text }]
}

const textOf = (value: unknown) => (typeof value === 'string' ? value : typeof value === 'number' ? String(value) : undefined)
