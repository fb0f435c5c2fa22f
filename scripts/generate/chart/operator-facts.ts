// What the chart's templates know of an operator: the rights and webhooks that its definitions ask for, apart, so that values choose among them.
import type { PolicyRule } from '@kubewright/schema'
import { metricsAuthRoleOf } from '../../../packages/cli/src/manifests/cluster-role.ts'
import { isCalled } from '../../../packages/cli/src/manifests/deployed-program.ts'
import { type RoleManifest, rolesOf, shardsRolesOf } from '../../../packages/cli/src/manifests/operator-roles.ts'
import { webhookManifestsOf, webhookRolesOf } from '../../../packages/cli/src/manifests/webhooks.ts'
import { yamlOf } from '../../../packages/cli/src/manifests/yaml.ts'
import type { OperatorDefinition } from '../../../packages/cli/src/operator.ts'

/** The templates put the release's namespace in its place. */
export const NAMESPACE = 'RELEASE-NAMESPACE'
/** Any namespace that `namespaces` names. */
const WATCHED = 'WATCHED'

type Rules = readonly PolicyRule[]

/** One role, by where it holds. */
interface Places {
  readonly cluster: Rules
  readonly home: Rules
  readonly watched: Rules
  readonly default: Rules
}

export function factsOf(operator: OperatorDefinition): string {
  const { name, description } = operator
  const scopes = { everywhere: [], confined: [WATCHED] }
  const inScopes = (of: (watched: readonly string[]) => unknown) =>
    Object.fromEntries(Object.entries(scopes).map(([scope, watched]) => [scope, of(watched)]))
  const shards = (watched: readonly string[], end: string) =>
    placesOf(shardsRolesOf(operator, { home: NAMESPACE, watched }).filter(({ metadata }) => metadata.name === `kubewright-${name}-${end}`))
  const configurations = webhookManifestsOf(operator, NAMESPACE).filter((each) => 'webhooks' in each)
  return yamlOf([
    {
      description,
      called: isCalled(operator),
      sharded: operator.sharded !== false,
      roles: inScopes((watched) => ({
        '': placesOf(rolesOf(operator, { home: NAMESPACE, watched })),
        ...Object.fromEntries(['shards', 'shards-server', 'shards-label'].map((end) => [end, shards(watched, end)])),
        'metrics-auth': placesOf([metricsAuthRoleOf(operator) as RoleManifest]),
        // The chart makes the configurations, and takes them away again: the program only keeps the trust in its certificates.
        webhooks: placesOf(webhookRolesOf(operator, NAMESPACE, { install: false }) as readonly RoleManifest[]),
      })),
      webhooks: configurations,
    },
  ])
}

function placesOf(roles: readonly RoleManifest[]): Partial<Places> {
  const at = (namespace: string | undefined): Rules => roles.find(({ metadata }) => metadata.namespace === namespace)?.rules ?? []
  const cluster = roles.find(({ kind }) => kind === 'ClusterRole')?.rules ?? []
  const places: Places = { cluster, home: at(NAMESPACE), watched: at(WATCHED), default: at('default') }
  return Object.fromEntries(Object.entries(places).filter(([, rules]) => (rules as Rules).length > 0))
}
