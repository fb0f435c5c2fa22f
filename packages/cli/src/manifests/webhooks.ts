import { mergeRules, type PolicyRule, rbac } from '@kubewright/schema'
import { configurationsOf } from '@kubewright/webhook'
import { type DeployedProgram, isCalled, labelsOf } from './deployed-program.ts'

type Asked = Pick<DeployedProgram, 'name' | 'webhooks' | 'conversions'>

/** Of `kubewright run`, where it is not told otherwise. */
const PORT = 9443

/** What makes the API server call an operator: the configurations, without an authority (the operator fills it in), and the Service before it. */
export function webhookManifestsOf(asked: Asked, namespace: string): readonly object[] {
  if (!isCalled(asked)) return []
  const { name, webhooks = [] } = asked
  const program = `kubewright-${name}`
  const labels = labelsOf(name)
  const service = {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: program, namespace, labels },
    spec: { selector: labels, ports: [{ name: 'webhooks', port: 443, targetPort: PORT }] },
  }
  return [service, ...configurationsOf(webhooks, { name: program, namespace, labels, reach: { service: { name: program, namespace } } })]
}

export interface WebhookRights {
  /** As `--webhook-install`: without it, somebody else makes the configurations, and only their authority is kept up to date. @default true */
  readonly install?: boolean
}

/** What an operator does to keep its certificates, and the trust in them. Secrets in its own namespace alone. */
export function webhookRolesOf(asked: Asked, namespace: string, { install = true }: WebhookRights = {}): readonly object[] {
  if (!isCalled(asked)) return []
  const { name, webhooks = [], conversions = [] } = asked
  const program = `kubewright-${name}`
  const made = configurationsOf(webhooks, { name: program, namespace, reach: { service: { name: program, namespace } } })
  const resources = made.map(({ kind = '' }) => `${kind.toLowerCase()}s`)
  const apiGroups = ['admissionregistration.k8s.io']
  const cluster: readonly PolicyRule[] = [
    // Nobody can say by name what may be created, nor what an apply may make.
    ...(webhooks.length === 0 || !install ? [] : [{ apiGroups, resources, verbs: ['create'] }]),
    ...(webhooks.length === 0 ? [] : [{ apiGroups, resources, resourceNames: [program], verbs: ['get', 'list', 'patch', 'watch'] }]),
    ...conversions.map(({ plural, group }) => ({
      apiGroups: ['apiextensions.k8s.io'],
      resources: ['customresourcedefinitions'],
      resourceNames: [`${plural}.${group}`],
      verbs: ['get', 'list', 'patch', 'watch'],
    })),
  ]
  const secrets: readonly PolicyRule[] = [
    { apiGroups: [''], resources: ['secrets'], verbs: ['create'] },
    { apiGroups: [''], resources: ['secrets'], resourceNames: [`${program}-certificates`], verbs: ['get', 'list', 'update', 'watch'] },
  ]
  const metadata = { name: `${program}-webhooks`, namespace, labels: labelsOf(name) }
  return [
    rbac(`${program}-webhooks`, cluster, labelsOf(name)),
    { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'Role', metadata, rules: mergeRules(secrets) },
  ]
}
