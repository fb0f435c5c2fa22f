import { stringify } from 'yaml'
import { clusterRoleOf, metricsAuthRoleOf, shardsRoleOf } from '../manifests/cluster-role.ts'
import type { Terminal } from '../terminal.ts'
import { UsageError } from '../usage-error.ts'
import { loadOperators, OPERATOR_NAMES, selectOperators } from './operators.ts'

/** Prints what has to be in a cluster before the operators can run there. */
export async function manifests(names: readonly string[], options: { readonly only?: 'crds' | 'rbac' }, terminal: Terminal): Promise<void> {
  const { known, unknown } = selectOperators(names)
  if (unknown.length > 0) throw new UsageError(`unknown operator "${unknown[0]}": one of ${OPERATOR_NAMES.join(', ')}, or all`)
  const documents: unknown[] = []
  for (const operator of await loadOperators(known)) {
    if (options.only !== 'rbac') documents.push(...operator.kinds.map((kind) => kind.crd()))
    if (options.only !== 'crds') documents.push(clusterRoleOf(operator), metricsAuthRoleOf(operator), shardsRoleOf(operator))
  }
  terminal.stdout.write(documents.map((document) => `---\n${stringify(document, { lineWidth: 0, aliasDuplicateObjects: false })}`).join(''))
}
