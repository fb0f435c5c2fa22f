import { ConfigurationError } from '@kubewright/core'
import type { Attributes, ResourceAttributes } from '../authz/attributes.ts'
import { isFields } from '../registry/fields.ts'

export type AuditLevel = 'None' | 'Metadata' | 'Request' | 'RequestResponse'
export type AuditStage = 'RequestReceived' | 'ResponseStarted' | 'ResponseComplete' | 'Panic'

/** audit.k8s.io/v1 Policy. */
export interface AuditPolicy {
  readonly rules: readonly AuditRule[]
  readonly omitStages?: readonly AuditStage[]
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
}

export interface AuditDecision {
  readonly level: AuditLevel
  readonly omitStages: ReadonlySet<AuditStage>
}

const LEVELS: readonly AuditLevel[] = ['None', 'Metadata', 'Request', 'RequestResponse']

/** The policy in a YAML document that has been read. @throws ConfigurationError naming the field */
export function auditPolicyOf(document: unknown): AuditPolicy {
  const wrong = (what: string) => new ConfigurationError(`audit policy: ${what}`)
  if (!isFields(document) || document['kind'] !== 'Policy' || document['apiVersion'] !== 'audit.k8s.io/v1')
    throw wrong('it is no Policy of audit.k8s.io/v1: its apiVersion and kind must say so')
  const { rules } = document
  if (!Array.isArray(rules) || rules.length === 0) throw wrong('rules: give at least one')
  rules.forEach((rule: unknown, index) => {
    const level = isFields(rule) ? rule['level'] : undefined
    if (!LEVELS.includes(level as AuditLevel))
      throw wrong(`rules[${index}].level is ${JSON.stringify(level)}: give one of ${LEVELS.join(', ')}`)
  })
  return document as unknown as AuditPolicy
}

/** The first rule that fits decides; what none fits is not written. */
export function auditDecision({ rules, omitStages = [] }: AuditPolicy, attributes: Attributes): AuditDecision {
  const rule = rules.find((each) => ruleFits(each, attributes))
  return { level: rule?.level ?? 'None', omitStages: new Set([...omitStages, ...(rule?.omitStages ?? [])]) }
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
