import type { Client } from '@kubewright/client'
import { ConfigurationError, isForbidden, type KubeList, type KubeObject, messageOf } from '@kubewright/core'
import { metricsAuthRoleOf } from '../manifests/cluster-role.ts'
import { moduleRolesApartOf, moduleRolesOf } from '../manifests/module-roles.ts'
import { rolesOf, shardsRolesOf } from '../manifests/operator-roles.ts'
import { webhookRolesOf } from '../manifests/webhooks.ts'
import type { OperatorDefinition } from '../operator.ts'
import type { ModuleDefinitions } from '../program/module-definitions.ts'
import { type NeededRole, resourceName, type Subject } from './subject.ts'

interface Role {
  readonly metadata: { readonly namespace?: string }
  readonly rules: NeededRole['rules']
}

const needed = (roles: readonly object[]): readonly NeededRole[] =>
  (roles as readonly Role[]).map(({ metadata, rules }) => ({ namespace: metadata.namespace, rules }))

const rulesIn = (roles: readonly object[]): Subject['useful'] => needed(roles).flatMap(({ rules }) => rules)

/** @param watched the namespaces that the operator works in; none: all */
export function subjectOf(operator: OperatorDefinition, namespace: string, watched: readonly string[]): Subject {
  return {
    ...operator,
    needed: needed([...rolesOf(operator, { home: namespace, watched }), ...webhookRolesOf(operator, namespace)]),
    useful: rulesIn([metricsAuthRoleOf(operator), ...shardsRolesOf(operator, { home: namespace, watched })]),
    uses: [],
    printing: (part) => `kubewright manifests ${operator.name} --only ${part}${inNamespace(namespace)}`,
  }
}

/** A user's own program. */
export function subjectOfModule(definitions: ModuleDefinitions, file: string, namespace: string): Subject {
  const { controllers } = definitions
  return {
    ...definitions,
    needed: needed([...moduleRolesOf(definitions, { namespace }), ...webhookRolesOf(definitions, namespace)]),
    useful: rulesIn(moduleRolesApartOf(definitions, { namespace })),
    uses: controllers.flatMap(({ owns, watches }) => [...owns, ...watches]),
    printing: (part) => `kubewright generate ${part} ${file} --namespace ${namespace}${part === 'deployment' ? ' --image IMAGE' : ''}`,
  }
}

const inNamespace = (namespace: string): string => (namespace === 'kubewright-system' ? '' : ` --namespace ${namespace}`)

/** Those that have something in the cluster: a CRD, or their ServiceAccount. @throws ConfigurationError when that may not be seen */
export async function installedAmong(
  subjects: readonly Subject[],
  client: Client,
  namespace: string,
  signal: AbortSignal,
): Promise<readonly Subject[]> {
  const names = async (path: string) => {
    const { items } = await client
      .request<KubeList<KubeObject>>('GET', path, { signal, headers: { accept: NAMES_ONLY } })
      .catch((error: unknown) => {
        if (!isForbidden(error)) throw error
        const problem = `you may not see which operators are installed: name them, as in "kubewright doctor gc" (${messageOf(error)})`
        throw new ConfigurationError(problem, { cause: error, code: 'KW-FORBIDDEN' })
      })
    return new Set(items.map(({ metadata }) => metadata.name))
  }
  const definitions = await names('/apis/apiextensions.k8s.io/v1/customresourcedefinitions')
  const accounts = await names(`/api/v1/namespaces/${namespace}/serviceaccounts`)
  return subjects.filter(
    (subject) => accounts.has(resourceName(subject)) || subject.kinds.some(({ plural, group }) => definitions.has(`${plural}.${group}`)),
  )
}

/** CRDs are large, and their names are all that is wanted. */
const NAMES_ONLY = 'application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io'
