import { ConfigurationError, dnsSubdomainErrors } from '@kubewright/core'
import { type Fields, isFields } from '../registry/fields.ts'
import type { AuditLevel, AuditPolicy, AuditStage } from './policy.ts'

const LEVELS: readonly AuditLevel[] = ['None', 'Metadata', 'Request', 'RequestResponse']
const STAGES: readonly AuditStage[] = ['RequestReceived', 'ResponseStarted', 'ResponseComplete', 'Panic']

type Kind = 'text' | 'texts' | 'boolean' | 'list' | 'object'

const POLICY: Readonly<Record<string, Kind>> = {
  apiVersion: 'text',
  kind: 'text',
  metadata: 'object',
  rules: 'list',
  omitStages: 'texts',
  omitManagedFields: 'boolean',
}
const RULE: Readonly<Record<string, Kind>> = {
  level: 'text',
  users: 'texts',
  userGroups: 'texts',
  verbs: 'texts',
  resources: 'list',
  namespaces: 'texts',
  nonResourceURLs: 'texts',
  omitStages: 'texts',
  omitManagedFields: 'boolean',
}
const RESOURCES: Readonly<Record<string, Kind>> = { group: 'text', resources: 'texts', resourceNames: 'texts' }

/** The policy in a YAML document that has been read. @throws ConfigurationError naming every field that is wrong */
export function auditPolicyOf(document: unknown): AuditPolicy {
  const wrong = (what: string) => new ConfigurationError(`audit policy: ${what}`)
  if (!isFields(document) || document['kind'] !== 'Policy' || document['apiVersion'] !== 'audit.k8s.io/v1')
    throw wrong('it is no Policy of audit.k8s.io/v1: its apiVersion and kind must say so')
  // What is of another type than it should be is not looked into.
  const shapes = shapeProblems(document)
  if (shapes.length > 0) throw wrong(shapes.join('; '))
  const policy = document as unknown as AuditPolicy
  if ((policy.rules ?? []).length === 0) throw wrong('rules: give at least one')
  const problems = [...stageProblems(policy.omitStages, 'omitStages'), ...policy.rules.flatMap(ruleProblems)]
  if (problems.length > 0) throw wrong(problems.join('; '))
  return policy
}

function shapeProblems(document: Fields): readonly string[] {
  const rules = listIn(document, 'rules')
  return [
    ...fieldProblems(document, POLICY, ''),
    ...rules.flatMap((rule, index) => {
      const at = `rules[${index}]`
      if (!isFields(rule)) return [`${at} is no object`]
      const resources = listIn(rule, 'resources').flatMap((each, place) => {
        const here = `${at}.resources[${place}]`
        return isFields(each) ? fieldProblems(each, RESOURCES, `${here}.`) : [`${here} is no object`]
      })
      return [...fieldProblems(rule, RULE, `${at}.`), ...resources]
    }),
  ]
}

const listIn = (fields: Fields, key: string): readonly unknown[] => (Array.isArray(fields[key]) ? fields[key] : [])

const FITS: Readonly<Record<Kind, (value: unknown) => boolean>> = {
  text: (value) => typeof value === 'string',
  texts: (value) => Array.isArray(value) && value.every((each) => typeof each === 'string'),
  boolean: (value) => typeof value === 'boolean',
  list: (value) => Array.isArray(value),
  object: isFields,
}
const CALLED: Readonly<Record<Kind, string>> = {
  text: 'a text',
  texts: 'a list of texts',
  boolean: 'true or false',
  list: 'a list',
  object: 'an object',
}

/** kube-apiserver warns of fields that it does not know and passes them over; a rule then fits more than its author meant. */
function fieldProblems(fields: Fields, known: Readonly<Record<string, Kind>>, at: string): readonly string[] {
  return Object.entries(fields).flatMap(([key, value]) => {
    const kind = Object.hasOwn(known, key) ? known[key] : undefined
    if (kind === undefined) return [`unknown field "${at}${key}": give ${Object.keys(known).join(', ')}`]
    return value === null || FITS[kind](value) ? [] : [`${at}${key} must be ${CALLED[kind]}`]
  })
}

function ruleProblems(rule: AuditPolicy['rules'][number], index: number): readonly string[] {
  const at = `rules[${index}]`
  const { level, nonResourceURLs, resources, namespaces, omitStages } = rule
  const isMixed = nonResourceURLs?.length && (resources?.length || namespaces?.length)
  return [
    ...(LEVELS.includes(level) ? [] : [`${at}.level is ${level ? JSON.stringify(level) : 'missing'}: give one of ${LEVELS.join(', ')}`]),
    ...(nonResourceURLs ?? []).flatMap((url, place) => urlProblems(url, `${at}.nonResourceURLs[${place}]`)),
    ...(resources ?? []).flatMap((each, place) => resourceProblems(each, `${at}.resources[${place}]`)),
    ...stageProblems(omitStages, `${at}.omitStages`),
    ...(isMixed ? [`${at}.nonResourceURLs: a rule is about resources or about other URLs, not about both: make two`] : []),
  ]
}

function urlProblems(url: string, at: string): readonly string[] {
  if (url === '*') return []
  return [
    ...(url.startsWith('/') ? [] : [`${at} is ${JSON.stringify(url)}: begin it with "/"`]),
    ...(url.slice(0, -1).includes('*') ? [`${at} is ${JSON.stringify(url)}: "*" must be its last character`] : []),
  ]
}

function resourceProblems(
  { group = '', resources, resourceNames }: NonNullable<AuditPolicy['rules'][number]['resources']>[number],
  at: string,
) {
  const isGroup = !group || group === '*' || dnsSubdomainErrors(group).length === 0
  return [
    ...(isGroup ? [] : [`${at}.group is ${JSON.stringify(group)}: give the name of an API group, without its version`]),
    ...(resourceNames?.length && !resources?.length ? [`${at}.resourceNames: name the resources too`] : []),
  ]
}

const stageProblems = (stages: readonly string[] | null | undefined, at: string): readonly string[] =>
  (stages ?? []).flatMap((stage, index) =>
    STAGES.includes(stage as AuditStage) ? [] : [`${at}[${index}] is ${JSON.stringify(stage)}: give one of ${STAGES.join(', ')}`],
  )
