import { stringify } from 'yaml'
import { clusterRoleOf, metricsAuthRoleOf, shardsRoleOf } from '../manifests/cluster-role.ts'
import { webhookManifestsOf, webhookRolesOf } from '../manifests/webhooks.ts'
import type { OperatorDefinition } from '../operator.ts'
import type { Terminal } from '../terminal.ts'
import { UsageError } from '../usage-error.ts'
import { loadOperators, OPERATOR_NAMES, selectOperators } from './operators.ts'

export interface ManifestOptions {
  readonly only?: Part
  /** Where the operators run. */
  readonly namespace: string
}

type Part = 'crds' | 'rbac' | 'webhooks'

const PARTS: Readonly<Record<Part, (operator: OperatorDefinition, namespace: string) => readonly object[]>> = {
  crds: (operator) => operator.kinds.map((kind) => kind.crd()),
  rbac: (operator, namespace) => [
    clusterRoleOf(operator),
    metricsAuthRoleOf(operator),
    shardsRoleOf(operator),
    ...webhookRolesOf(operator, namespace),
  ],
  webhooks: webhookManifestsOf,
}

/** Prints what has to be in a cluster before the operators can run there. */
export async function manifests(names: readonly string[], { only, namespace }: ManifestOptions, terminal: Terminal): Promise<void> {
  const { known, unknown } = selectOperators(names)
  if (unknown.length > 0) throw new UsageError(`unknown operator "${unknown[0]}": one of ${OPERATOR_NAMES.join(', ')}, or all`)
  const parts = only === undefined ? Object.values(PARTS) : [PARTS[only]]
  const documents = (await loadOperators(known)).flatMap((operator) => parts.flatMap((part) => part(operator, namespace)))
  terminal.stdout.write(documents.map((document) => `---\n${stringify(document, { lineWidth: 0, aliasDuplicateObjects: false })}`).join(''))
}
