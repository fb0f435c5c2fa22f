import { type ImportedDocument, type ImportResult, isFields, type ManifestImporter, ManifestReader } from 'kubewright'
import { type Draft, finished, nameOf } from './draft.ts'
import { kindNamed } from './kinds.ts'
import { conditionsOf } from './kyverno-conditions.ts'
import { DELETING_KINDS, deletingPolicies } from './kyverno-deleting.ts'

const KINDS = ['CleanupPolicy', 'ClusterCleanupPolicy']

export const kyvernoImporter: ManifestImporter = {
  name: 'Kyverno',
  takes: (value) =>
    isFields(value) &&
    /^(policies\.)?kyverno\.io\//.test(String(value['apiVersion'])) &&
    [...KINDS, ...DELETING_KINDS].includes(String(value['kind'])),
  convert(documents): ImportResult {
    const results = documents.map(policiesOf)
    return { objects: results.flatMap(({ objects }) => objects), warnings: results.flatMap(({ warnings }) => warnings) }
  },
}

function policiesOf({ origin, value }: ImportedDocument): ImportResult {
  const document = new ManifestReader('', value)
  const kind = document.text('kind') ?? ''
  if (DELETING_KINDS.includes(kind)) return deletingPolicies(document, { origin })
  const metadata = document.child('metadata')
  const [name, namespace] = [metadata.text('name') ?? 'imported', metadata.text('namespace')]
  const who = `${origin}: ${kind} ${namespace === undefined ? '' : `${namespace}/`}${name}`
  const spec = document.child('spec')
  const schedule = spec.text('schedule')
  const conditions = spec.has('conditions') ? conditionsOf(spec.child('conditions')) : { cel: [], lost: [] }
  const excluded = exclusionsOf(spec)
  const base = {
    own: kind === 'CleanupPolicy' ? (namespace ?? 'default') : undefined,
    name,
    spec: {
      // What it finds at a tick it deletes: there is no other time to live.
      schedule: schedule === undefined ? undefined : { cron: schedule },
      behavior: spec.has('deletionPropagationPolicy') ? { propagationPolicy: spec.get('deletionPropagationPolicy') } : undefined,
    },
    conditions,
    excluded,
  }
  const filters = filtersOf(spec.child('match'))
  const warnings: string[] = []
  const several = filters.reduce((sum, filter) => sum + filter.texts('kinds').length, 0) > 1
  const made = filters.flatMap((filter, index) => {
    const parts = filter.texts('kinds').map((text) => {
      const found = kindNamed(text)
      if (found === undefined) {
        warnings.push(
          `${who}: ${filter.path}.kinds: "${text}" is not imported, for its group and version are not known here: write it as group/version/Kind`,
        )
        return undefined
      }
      const suffix = several ? [found.kind, ...(filters.length > 1 ? [String(index + 1)] : [])] : []
      return draftOf(filter, found, { ...base, name: nameOf(name, ...suffix) })
    })
    return parts.flatMap((draft) => (draft === undefined ? [] : [finished(draft, who)]))
  })
  metadata.ignore('labels', 'annotations', 'uid', 'resourceVersion', 'generation', 'creationTimestamp', 'managedFields')
  document.ignore('apiVersion', 'status')
  for (const path of document.unread()) warnings.push(`${who}: ${path} is not converted`)
  return { objects: made.map(({ object }) => object), warnings: [...warnings, ...new Set(made.flatMap((each) => each.warnings))] }
}

/** `any` is one policy each; `all` of one element is that element. */
function filtersOf(match: ManifestReader): readonly ManifestReader[] {
  const filters = [...match.children('any'), ...match.children('all')].map((each) => each.child('resources'))
  return filters.length > 0 ? filters : match.has('resources') ? [match.child('resources')] : []
}

interface Base {
  readonly own: string | undefined
  readonly name: string
  readonly spec: Readonly<Record<string, unknown>>
  readonly conditions: { readonly cel: readonly string[]; readonly lost: readonly string[] }
  readonly excluded: Exclusions
}

function draftOf(filter: ManifestReader, { apiVersion, kind }: { readonly apiVersion: string; readonly kind: string }, base: Base): Draft {
  const names = [...filter.texts('names'), ...(filter.text('name') === undefined ? [] : [filter.text('name')!])]
  const namespaces = filter.texts('namespaces')
  const cel = [
    ...(names.length > 0 ? [`(${names.map((name) => nameTest(name)).join(' || ')})`] : []),
    ...base.conditions.cel,
    ...base.excluded.cel,
  ]
  const annotations = filter.get('annotations')
  const cluster = base.own === undefined
  return {
    namespace: base.own,
    name: base.name,
    spec: {
      targetResource: {
        apiVersion,
        kind,
        labelSelector: filter.get('selector'),
        namespaces: cluster && namespaces.length > 0 ? namespaces : undefined,
        namespaceSelector: cluster ? filter.get('namespaceSelector') : undefined,
        excludeNamespaces: cluster && base.excluded.namespaces.length > 0 ? base.excluded.namespaces : undefined,
      },
      ...base.spec,
      // A schedule without conditions deletes everything that is selected, which has to be said.
      conditions: {
        cel: cel.length > 0 ? cel : ['true'],
        hasAnnotations: isFields(annotations) ? Object.entries(annotations).map(([key, value]) => ({ key, value })) : undefined,
      },
    },
    lost: [...base.conditions.lost, ...base.excluded.lost],
  }
}

interface Exclusions {
  readonly namespaces: readonly string[]
  readonly cel: readonly string[]
  readonly lost: readonly string[]
}

/** Exclusions by name, namespace or labels alone; one that says several things at once is said in CEL. */
function exclusionsOf(spec: ManifestReader): Exclusions {
  if (!spec.has('exclude')) return { namespaces: [], cel: [], lost: [] }
  const exclude = spec.child('exclude')
  const namespaces: string[] = []
  const cel: string[] = []
  const lost: string[] = []
  for (const each of filtersOf(exclude)) {
    const parts = each.names()
    const simple = parts.filter((part) => part !== 'kinds')
    each.ignore(...parts)
    const selector = each.get('selector')
    const labels =
      isFields(selector) && isFields(selector['matchLabels']) && Object.keys(selector).length === 1 ? selector['matchLabels'] : undefined
    const names = [...each.texts('names'), ...(each.text('name') === undefined ? [] : [each.text('name')!])]
    if (simple.length === 1 && simple[0] === 'namespaces') namespaces.push(...each.texts('namespaces'))
    else if (simple.length === 1 && names.length > 0) cel.push(`!(${names.map((name) => nameTest(name)).join(' || ')})`)
    else if (simple.length === 1 && labels !== undefined) cel.push(`!(${labelsTest(labels)})`)
    else lost.push(`${each.path} is not converted: ${simple.join(', ')} together`)
  }
  return { namespaces, cel, lost }
}

function labelsTest(labels: Readonly<Record<string, unknown>>): string {
  const name = JSON.stringify
  const each = Object.entries(labels).map(
    ([key, value]) => `${name(key)} in object.metadata.labels && object.metadata.labels[${name(key)}] == ${name(String(value))}`,
  )
  return ['has(object.metadata.labels)', ...each].join(' && ')
}

/** Kyverno's wildcards: `*` for any text, `?` for one character. */
function nameTest(pattern: string): string {
  if (!/[*?]/.test(pattern)) return `object.metadata.name == ${JSON.stringify(pattern)}`
  const expression = pattern
    .replace(/[.+^${}()|[\]\\]/g, '\\$&')
    .replace(/\*/g, '.*')
    .replace(/\?/g, '.')
  return `object.metadata.name.matches(${JSON.stringify(`^${expression}$`)})`
}
