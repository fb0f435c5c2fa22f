import { type ImportedDocument, type ImportResult, isFields, type ManifestImporter, ManifestReader, messageOf } from 'kubewright'
import { parseTimeToLive } from '../expiry/time-to-live.ts'
import { type Draft, finished, nameOf } from './draft.ts'
import { celOf } from './jmespath/cel.ts'
import { JmesPathError, type Node } from './jmespath/node.ts'
import { parseJmesPath } from './jmespath/parse.ts'
import { kindNamed, type NamedKind, USUAL_KINDS } from './kinds.ts'

/** Its rules file (`rules: …`). Its annotations are another importer's. */
export const janitorImporter: ManifestImporter = {
  name: 'kube-janitor',
  takes: isRules,
  convert(documents): ImportResult {
    const results = documents.map(policiesOf)
    return { objects: results.flatMap(({ objects }) => objects), warnings: results.flatMap(({ warnings }) => warnings) }
  },
}

interface Rules {
  readonly rules: readonly unknown[]
}

/** Other programs have rules, too: these have a time to live. */
function isRules(value: unknown): value is Rules {
  if (!isFields(value) || 'kind' in value || !Array.isArray(value['rules'])) return false
  return value['rules'].some((rule) => isFields(rule) && 'ttl' in rule && 'resources' in rule)
}

function policiesOf({ origin, value }: ImportedDocument): ImportResult {
  const results = (isRules(value) ? value.rules : []).map((rule, index) =>
    policiesOfRule(new ManifestReader(`rules[${index}]`, rule), origin),
  )
  const warnings = results.flatMap((result) => result.warnings)
  if (results.length > 1)
    warnings.push(
      `${origin}: of several rules the first counted there; here of several policies the one that keeps an object longest, whichever comes first`,
    )
  return { objects: results.flatMap(({ objects }) => objects), warnings }
}

function policiesOfRule(rule: ManifestReader, origin: string): ImportResult {
  const id = rule.text('id') ?? rule.path
  const who = `${origin}: rule ${id}`
  const warnings: string[] = []
  const ttl = ttlOf(rule.text('ttl'))
  if (typeof ttl === 'string') return { objects: [], warnings: [`${who}: not imported: ttl: ${ttl}`] }
  const { lost, ...conditions } = conditionsOf(rule.text('jmespath'))
  const kinds = rule.texts('resources').flatMap((resource): readonly NamedKind[] => {
    if (resource === '*') {
      warnings.push(
        `${who}: resources "*" became a policy for each of ${USUAL_KINDS.map(({ kind }) => kind).join(', ')}; for other kinds add your own`,
      )
      return USUAL_KINDS
    }
    const kind = kindNamed(resource)
    if (kind === undefined)
      warnings.push(`${who}: resources: "${resource}" is not imported, for its group and version are not known here: add a policy for it`)
    return kind === undefined ? [] : [kind]
  })
  for (const path of rule.unread()) warnings.push(`${who}: ${path} is not converted`)
  const made = kinds.map(({ apiVersion, kind }) => {
    const draft: Draft = {
      namespace: undefined,
      name: nameOf(id, ...(kinds.length > 1 ? [kind] : [])),
      spec: {
        targetResource: { apiVersion, kind },
        // An annotation of the object went before every rule.
        ttl: { fromObject: { peers: ['KubeJanitor'] }, secondsAfterCreation: ttl.seconds },
        conditions: Object.keys(conditions).length > 0 ? conditions : undefined,
      },
      lost,
    }
    return finished(draft, kinds.length > 1 ? `${who} (${kind})` : who)
  })
  return { objects: made.map(({ object }) => object), warnings: [...warnings, ...made.flatMap((each) => each.warnings)] }
}

/** What keeps for ever keeps against every other policy, as the longest of all times. */
const FOR_EVER = 100 * 365 * 86_400

function ttlOf(text: string | undefined): { readonly seconds: number } | string {
  const ttl = parseTimeToLive(text)
  switch (ttl.is) {
    case 'after':
      return { seconds: Math.ceil(ttl.milliseconds / 1000) }
    case 'never':
      return { seconds: FOR_EVER }
    case 'until':
      return 'a date is no time to live'
    case 'invalid':
      return ttl.problem
  }
}

interface Conditions {
  readonly state?: readonly string[]
  readonly cel?: readonly string[]
  readonly lost: readonly string[]
}

/** What its hooks find out about claims is a state here. */
const UNUSED = ['pvc_is_not_mounted', 'pvc_is_not_referenced']

function conditionsOf(source: string | undefined): Conditions {
  if (source === undefined) return { lost: [] }
  try {
    const parts = conjuncts(parseJmesPath(source))
    const isUnused = ({ is, steps = [] }: { readonly is: string; readonly steps?: readonly unknown[] }) =>
      is === 'path' && steps.length === 2 && steps[0] === '_context' && UNUSED.includes(String(steps[1]))
    const rest = parts.filter((part) => !isUnused(part))
    const cel = rest.map(celOf)
    if (cel.some((each) => each.includes('object._context'))) throw new JmesPathError('_context, which a hook fills, is not translated')
    return { ...(rest.length < parts.length && { state: ['Unused'] }), ...(cel.length > 0 && { cel }), lost: [] }
  } catch (error) {
    if (!(error instanceof JmesPathError)) throw error
    return { lost: [`jmespath "${source}" is not converted: ${messageOf(error)}`] }
  }
}

const conjuncts = (node: Node): readonly Node[] => (node.is === 'and' ? [...conjuncts(node.left), ...conjuncts(node.right)] : [node])
