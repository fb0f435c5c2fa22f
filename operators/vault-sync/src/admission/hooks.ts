import { deepEqual, type KubeObject, type WebhookDefinition, webhooks } from 'kubewright'
import { annotation, GROUP } from '../annotations/names.ts'
import { VaultSync } from '../kind/kinds.ts'
import { ANNOTATED_KINDS } from '../owners/controller.ts'
import { type AdmissionPolicy, verdictOn } from './verdict.ts'

/** Nothing else is sent to us: of all Secrets of the cluster only those that ask to be pushed. */
const CONCERNED = {
  name: 'annotated',
  expression: `has(object.metadata.annotations) && object.metadata.annotations.exists(key, key.startsWith('${GROUP}/'))`,
}

/** Checks the annotations of everything that may be annotated, when they are new: what was wrong before keeps nobody from mending something else. */
export function annotationHooks(policyOf: () => AdmissionPolicy): readonly WebhookDefinition[] {
  return ANNOTATED_KINDS.map(({ kind }) =>
    webhooks<KubeObject>(kind, {
      name: `vault-sync-${kind.kind.toLowerCase()}`,
      matchConditions: [CONCERNED],
      // Workloads must start also while this program does not run; what it would have refused it does not sync, and says so.
      failurePolicy: 'Ignore',
      timeout: '5s',
      async validate({ object, old, errors, warn, client, request, signal }) {
        const { annotations, namespace = request.namespace ?? '' } = object.metadata
        if (old !== undefined && deepEqual(ownOf(old), ownOf(object))) return
        const verdict = verdictOn(annotations, namespace, policyOf())
        for (const problem of verdict.errors) errors.invalid('metadata.annotations', problem)
        for (const warning of verdict.warnings) warn(warning)
        const path = annotations?.[annotation('path')]
        if (verdict.errors.length > 0 || path === undefined || path === old?.metadata.annotations?.[annotation('path')]) return
        const { items } = await (await client.resource(VaultSync, { signal })).list({ namespace, signal })
        const other = items.find(
          ({ spec }) => spec.path === path && !(spec.owner?.kind === kind.kind && spec.owner.name === object.metadata.name),
        )
        if (other !== undefined)
          warn(`${annotation('path')}: ${other.spec.owner?.kind} "${other.spec.owner?.name}" has this path; the first owner keeps it`)
      },
    }),
  )
}

const ownOf = ({ metadata }: KubeObject) =>
  Object.fromEntries(Object.entries(metadata.annotations ?? {}).filter(([key]) => key.startsWith(`${GROUP}/`)))
