import { type ImportedDocument, type ImportResult, type ManifestReader, messageOf } from 'kubewright'
import { compileExpression } from '../conditions/expression.ts'
import { type Draft, finished, nameOf } from './draft.ts'
import { kindNamed, type NamedKind } from './kinds.ts'

export const DELETING_KINDS = ['DeletingPolicy', 'NamespacedDeletingPolicy']

/**
 * Kyverno's newer policies: what admission policies select by, and conditions in CEL. One policy for each resource of each rule. `document` is read
 * as far as it is understood.
 */
export function deletingPolicies(document: ManifestReader, { origin }: Pick<ImportedDocument, 'origin'>): ImportResult {
  const metadata = document.child('metadata')
  const kind = document.text('kind') ?? ''
  const name = metadata.text('name') ?? 'imported'
  const own = kind === 'NamespacedDeletingPolicy' ? (metadata.text('namespace') ?? 'default') : undefined
  const who = `${origin}: ${kind} ${own === undefined ? '' : `${own}/`}${name}`
  const spec = document.child('spec')
  const schedule = spec.text('schedule')
  const match = spec.child('matchConstraints')
  // How requests are matched says nothing about objects that are there.
  match.ignore('matchPolicy', 'excludeResourceRules')
  const conditions = conditionsOf(spec)
  const lost = [...conditions.lost]
  if (match.has('excludeResourceRules')) lost.push(`${match.path}.excludeResourceRules is not converted`)
  const namespaceSelector = match.get('namespaceSelector')
  if (own !== undefined && namespaceSelector !== undefined)
    lost.push(`${match.path}.namespaceSelector is not converted for a namespaced policy`)
  const rules = match.children('resourceRules')
  const several = rules.reduce((sum, rule) => sum + rule.texts('resources').length, 0) > 1
  const warnings: string[] = []
  const made = rules.flatMap((rule, index) => {
    rule.ignore('apiVersions', 'operations', 'scope')
    const named = rule.texts('resourceNames').map((text) => `object.metadata.name == ${JSON.stringify(text)}`)
    const cel = [...(named.length > 0 ? [named.join(' || ')] : []), ...conditions.cel]
    return resourcesOf(rule, who, warnings).map((target) => {
      const suffix = several ? [target.kind, ...(rules.length > 1 ? [String(index + 1)] : [])] : []
      const draft: Draft = {
        namespace: own,
        name: nameOf(name, ...suffix),
        spec: {
          targetResource: {
            apiVersion: target.apiVersion,
            kind: target.kind,
            labelSelector: match.get('objectSelector'),
            namespaceSelector: own === undefined ? namespaceSelector : undefined,
          },
          schedule: schedule === undefined ? undefined : { cron: schedule },
          behavior: spec.has('deletionPropagationPolicy') ? { propagationPolicy: spec.get('deletionPropagationPolicy') } : undefined,
          // A schedule without conditions deletes everything that is selected, which has to be said.
          conditions: { cel: cel.length > 0 ? cel : ['true'] },
        },
        lost,
      }
      return finished(draft, who)
    })
  })
  metadata.ignore('labels', 'annotations', 'uid', 'resourceVersion', 'generation', 'creationTimestamp', 'managedFields')
  document.ignore('apiVersion', 'status')
  for (const path of document.unread()) warnings.push(`${who}: ${path} is not converted`)
  return { objects: made.map(({ object }) => object), warnings: [...warnings, ...new Set(made.flatMap((each) => each.warnings))] }
}

function resourcesOf(rule: ManifestReader, who: string, warnings: string[]): readonly NamedKind[] {
  const groups = rule.texts('apiGroups')
  return rule.texts('resources').flatMap((plural) => {
    const found = groups.flatMap((group) => kindNamed(`${group}/*/${plural}`) ?? [])
    if (found.length === 0)
      warnings.push(`${who}: ${rule.path}.resources: "${plural}" is not imported, for its kind is not known here: add a policy for it`)
    return found
  })
}

interface Converted {
  readonly cel: readonly string[]
  readonly lost: readonly string[]
}

/** Theirs is CEL, and so is ours; what their libraries add (other objects, HTTP, images) is not. */
function conditionsOf(spec: ManifestReader): Converted {
  const variables = new Map<string, string>()
  for (const variable of spec.children('variables')) {
    const [name, expression] = [variable.text('name') ?? '', variable.text('expression') ?? '']
    variables.set(name, `(${inOurWords(expression, variables)})`)
  }
  const cel: string[] = []
  const lost: string[] = []
  for (const condition of spec.children('conditions')) {
    condition.ignore('name')
    const source = inOurWords(condition.text('expression') ?? '', variables)
    try {
      compileExpression(source)
      cel.push(source)
    } catch (error) {
      lost.push(`${condition.path} is not converted: ${messageOf(error)}`)
    }
  }
  return { cel, lost }
}

const TIMES = /((?:timestamp|has)\(\s*)?\bobject\.metadata\.(creationTimestamp|deletionTimestamp)\b/g

/** Outside of quoted text: the time is a variable here, objects' times are text, and variables stand for their expressions. */
function inOurWords(source: string, variables: ReadonlyMap<string, string>): string {
  return source
    .split(/("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')/)
    .map((part, index) => (index % 2 === 1 ? part : unquoted(part, variables)))
    .join('')
}

function unquoted(text: string, variables: ReadonlyMap<string, string>): string {
  return text
    .replace(/\b(time\.)?now\(\)/g, 'now')
    .replace(TIMES, (whole, wrapped: string | undefined) => (wrapped === undefined ? `timestamp(${whole})` : whole))
    .replace(/\bvariables\.(\w+)/g, (whole, name: string) => variables.get(name) ?? whole)
}
