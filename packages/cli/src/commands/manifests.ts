import { metricsAuthRoleOf } from '../manifests/cluster-role.ts'
import { crdsOf } from '../manifests/crds.ts'
import { deploymentOf } from '../manifests/deployment.ts'
import { rolesOf, shardsRolesOf } from '../manifests/operator-roles.ts'
import { webhookManifestsOf, webhookRolesOf } from '../manifests/webhooks.ts'
import { yamlOf } from '../manifests/yaml.ts'
import type { OperatorDefinition } from '../operator.ts'
import type { Terminal } from '../terminal.ts'
import { type OutputOptions, put } from './generated-output.ts'
import { loadOperators, selectOperators } from './operators.ts'

export interface ManifestOptions extends OutputOptions {
  readonly only?: ManifestPart
  /** Where the operators run. */
  readonly namespace: string
  /** The namespaces that they work in, with commas between them. @default all */
  readonly watchNamespace?: string
  /** What runs in the Deployment. */
  readonly image: string
}

/** In the order in which they must come into a cluster. */
export const MANIFEST_PARTS = ['crds', 'rbac', 'deployment', 'webhooks'] as const
type ManifestPart = (typeof MANIFEST_PARTS)[number]

const PARTS: Readonly<
  Record<
    ManifestPart,
    (operator: OperatorDefinition, options: Pick<ManifestOptions, 'namespace' | 'watchNamespace' | 'image'>) => readonly object[]
  >
> = {
  crds: (operator, { namespace }) => crdsOf(operator, namespace),
  rbac: (operator, { namespace, ...options }) => [
    ...rolesOf(operator, { home: namespace, watched: watchedBy(options) }),
    metricsAuthRoleOf(operator),
    ...shardsRolesOf(operator, { home: namespace, watched: watchedBy(options) }),
    ...webhookRolesOf(operator, namespace),
  ],
  deployment: (operator, { namespace, image, ...options }) => {
    const watched = watchedBy(options)
    const roles = rolesOf(operator, { home: namespace, watched }).map(({ kind, metadata }) => ({ kind, ...metadata }))
    const confined = watched.length === 0 ? [] : ['--namespace', watched.join(',')]
    return deploymentOf(operator, { namespace, image, args: ['run', operator.name, ...confined], roles })
  },
  webhooks: (operator, { namespace }) => webhookManifestsOf(operator, namespace),
}

function watchedBy({ watchNamespace = '' }: Pick<ManifestOptions, 'watchNamespace'>): readonly string[] {
  return [...new Set(watchNamespace.split(',').filter((namespace) => namespace !== ''))]
}

/** Prints what has to be in a cluster so that the operators run there. */
export async function manifests(names: readonly string[], options: ManifestOptions, terminal: Terminal): Promise<void> {
  const operators = await loadOperators(selectOperators(names))
  const parts = options.only === undefined ? MANIFEST_PARTS : [options.only]
  await put(yamlOf(manifestDocuments(operators, parts, options)), options, terminal)
}

/** What has to be in a cluster, in the order in which it must come there. */
export function manifestDocuments(
  operators: readonly OperatorDefinition[],
  parts: readonly ManifestPart[],
  options: Pick<ManifestOptions, 'namespace' | 'watchNamespace' | 'image'>,
): readonly object[] {
  return unique(parts.flatMap((part) => operators.flatMap((operator) => PARTS[part](operator, options))))
}

/** Operators share a namespace: it is there once, and before everything that is in it. */
function unique(documents: readonly object[]): readonly object[] {
  const isNamespace = (document: object) => (document as { readonly kind?: string }).kind === 'Namespace'
  const [namespace] = documents.filter(isNamespace)
  return [...(namespace === undefined ? [] : [namespace]), ...documents.filter((document) => !isNamespace(document))]
}
