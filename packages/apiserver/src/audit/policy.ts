import type { Attributes, ResourceAttributes } from '../authz/attributes.ts'

export type AuditLevel = 'None' | 'Metadata' | 'Request' | 'RequestResponse'
export type AuditStage = 'RequestReceived' | 'ResponseStarted' | 'ResponseComplete' | 'Panic'

/** audit.k8s.io/v1 Policy. */
export interface AuditPolicy {
  readonly rules: readonly AuditRule[]
  readonly omitStages?: readonly AuditStage[]
  /** Leaves `metadata.managedFields` out of bodies. @default false */
  readonly omitManagedFields?: boolean
}

export interface AuditRule {
  readonly level: AuditLevel
  readonly users?: readonly string[]
  readonly userGroups?: readonly string[]
  readonly verbs?: readonly string[]
  readonly resources?: readonly {
    readonly group?: string
    readonly resources?: readonly string[]
    readonly resourceNames?: readonly string[]
  }[]
  readonly namespaces?: readonly string[]
  readonly nonResourceURLs?: readonly string[]
  readonly omitStages?: readonly AuditStage[]
  /** @default the policy's */
  readonly omitManagedFields?: boolean
}

export interface AuditDecision {
  readonly level: AuditLevel
  readonly omitStages: ReadonlySet<AuditStage>
  readonly omitManagedFields: boolean
}

/** The first rule that fits decides; what none fits is not written. */
export function auditDecision({ rules, omitStages = [], omitManagedFields = false }: AuditPolicy, attributes: Attributes): AuditDecision {
  const rule = rules.find((each) => ruleFits(each, attributes))
  return {
    level: rule?.level ?? 'None',
    omitStages: new Set([...omitStages, ...(rule?.omitStages ?? [])]),
    omitManagedFields: rule?.omitManagedFields ?? omitManagedFields,
  }
}

const fits = (list: readonly string[] | undefined, value: string): boolean => !list?.length || list.includes(value)

function ruleFits(rule: AuditRule, attributes: Attributes): boolean {
  const { user, verb } = attributes
  if (!fits(rule.users, user.name) || !fits(rule.verbs, verb)) return false
  if (rule.userGroups?.length && !rule.userGroups.some((group) => user.groups.includes(group))) return false
  if (rule.namespaces?.length || rule.resources?.length) return attributes.is === 'resource' && resourceFits(rule, attributes)
  if (rule.nonResourceURLs?.length) return attributes.is === 'path' && rule.nonResourceURLs.some((url) => pathFits(url, attributes.path))
  return true
}

function resourceFits(
  { namespaces, resources }: AuditRule,
  { namespace, group, resource, subresource, name }: ResourceAttributes,
): boolean {
  if (!fits(namespaces, namespace)) return false
  if (!resources?.length) return true
  const full = subresource === '' ? resource : `${resource}/${subresource}`
  return resources.some(
    (each) =>
      ((each.group ?? '') === group || each.group === '*') &&
      (!each.resources?.length ||
        (fits(each.resourceNames, name) &&
          each.resources.some(
            (wanted) =>
              wanted === '*' || wanted === full || (subresource !== '' && wanted === `*/${subresource}`) || wanted === `${resource}/*`,
          ))),
  )
}

const pathFits = (url: string, path: string): boolean =>
  url === '*' || url === path || (url.endsWith('*') && path.startsWith(url.replace(/\*+$/, '')))
