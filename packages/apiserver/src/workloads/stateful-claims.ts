import type { DynamicObject } from '@kubewright/core'
import { type ClusterView, type Effect, type PodTemplate, TABLES } from './actuator.ts'
import type { StatefulSet } from './stateful-sets.ts'

const claimName = (set: StatefulSet, template: DynamicObject, ordinal: number): string =>
  `${template.metadata.name}-${set.metadata.name}-${ordinal}`

/** The claims of a pod that are not there yet. They stay when the pod goes: what is in them is the user's. */
export function claimsOf(set: StatefulSet, ordinal: number, view: ClusterView): readonly Effect[] {
  const { namespace } = set.metadata
  return (set.spec.volumeClaimTemplates ?? []).flatMap((template): Effect[] => {
    const name = claimName(set, template, ordinal)
    if (view.get(TABLES.claims, namespace, name) !== undefined) return []
    const { status: _status, ...rest } = template
    const labels = { ...template.metadata.labels, ...set.spec.selector?.matchLabels }
    const metadata = { ...template.metadata, name, ...(namespace === undefined ? {} : { namespace }), labels }
    return [{ do: 'create', table: TABLES.claims, object: { ...rest, apiVersion: 'v1', kind: 'PersistentVolumeClaim', metadata } }]
  })
}

/** The template with the volumes of the pod's own claims. */
export function withClaims(set: StatefulSet, template: PodTemplate, ordinal: number): PodTemplate {
  const claims = (set.spec.volumeClaimTemplates ?? []).map((each) => ({
    name: each.metadata.name ?? '',
    persistentVolumeClaim: { claimName: claimName(set, each, ordinal) },
  }))
  if (claims.length === 0) return template
  const volumes = (template.spec['volumes'] ?? []) as readonly { readonly name: string }[]
  const others = volumes.filter(({ name }) => !claims.some((claim) => claim.name === name))
  return { ...template, spec: { ...template.spec, volumes: [...claims, ...others] } }
}
