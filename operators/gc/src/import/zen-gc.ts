import { type ImportedDocument, type ImportResult, isFields, type KubeObject, type ManifestImporter, ManifestReader } from 'kubewright'
import { type Draft, finished } from './draft.ts'

/** Its three lines: the first, its successor, and the group that its own load tests use. */
const GROUPS = ['gc.kube-zen.io', 'gc.ops.zen-mesh.io', 'gc.zen-mesh.io']

export const zenImporter: ManifestImporter = {
  name: 'zen-gc',
  takes: (value) =>
    isFields(value) && value['kind'] === 'GarbageCollectionPolicy' && GROUPS.includes(String(value['apiVersion']).split('/')[0]!),
  convert(documents): ImportResult {
    const results = documents.map(policyOf)
    return { objects: results.map(({ object }) => object), warnings: results.flatMap(({ warnings }) => warnings) }
  },
}

function policyOf({ origin, value }: ImportedDocument): { readonly object: KubeObject; readonly warnings: readonly string[] } {
  const document = new ManifestReader('', value)
  const metadata = document.child('metadata')
  const [name, own] = [metadata.text('name') ?? 'imported', metadata.text('namespace') ?? 'default']
  const who = `${origin}: GarbageCollectionPolicy ${own}/${name}`
  const warnings: string[] = []
  const warn = (text: string) => void warnings.push(`${who}: ${text}`)

  const spec = document.child('spec')
  const target = spec.child('targetResource')
  const asked = target.text('namespace') ?? '*'
  // A policy there reached into all namespaces; here only one of the cluster may.
  const namespace = asked === own ? own : undefined
  if (namespace === undefined)
    warn(`spec.targetResource.namespace is "${asked}": it becomes a ClusterGarbageCollectionPolicy, which takes the rights to write one`)
  const lost: string[] = []
  const draft: Draft = {
    namespace,
    name,
    labels: isFields(metadata.get('labels')) ? (metadata.get('labels') as Draft['labels']) : undefined,
    annotations: withoutKubectl(metadata.get('annotations')),
    spec: {
      targetResource: {
        apiVersion: target.text('apiVersion'),
        kind: target.text('kind'),
        namespace: namespace === undefined && asked !== '*' ? asked : undefined,
        labelSelector: target.get('labelSelector'),
        fieldSelector: target.get('fieldSelector'),
      },
      ttl: ttlOf(spec.child('ttl'), warn),
      conditions: spec.has('conditions') ? conditionsOf(spec.child('conditions'), target.text('kind') ?? '', warn, lost) : undefined,
      behavior: behaviorOf(spec.child('behavior'), warn),
      evaluationInterval: spec.get('evaluationInterval'),
      paused: spec.get('paused'),
    },
    lost,
  }
  document.ignore('apiVersion', 'kind', 'status')
  metadata.ignore('uid', 'resourceVersion', 'generation', 'creationTimestamp', 'managedFields')
  for (const path of document.unread()) warn(`${path} is not converted`)
  const { object, warnings: more } = finished(draft, who)
  return { object, warnings: [...warnings, ...more] }
}

type Warn = (text: string) => void

function ttlOf(ttl: ManifestReader, warn: Warn) {
  const mappings = ttl.get('mappings')
  const fields = {
    secondsAfterCreation: positive(ttl, 'secondsAfterCreation', warn),
    fieldPath: ttl.text('fieldPath'),
    mappings: isFields(mappings) && Object.keys(mappings).length > 0 ? mappings : undefined,
    default: positive(ttl, 'default', warn),
    relativeTo: ttl.text('relativeTo'),
    secondsAfter: ttl.get('secondsAfter'),
  }
  const relative = fields.relativeTo !== undefined && fields.secondsAfter !== undefined
  if (!relative && (fields.relativeTo !== undefined || fields.secondsAfter !== undefined))
    warn('spec.ttl.relativeTo and spec.ttl.secondsAfter are left out: one is nothing without the other')
  return relative ? fields : { ...fields, relativeTo: undefined, secondsAfter: undefined }
}

/** There zero and less were taken, and deleted everything at once. */
function positive(fields: ManifestReader, name: string, warn: Warn): unknown {
  const value = fields.get(name)
  if (typeof value !== 'number' || value > 0) return value
  warn(`${fields.path}.${name} is ${value} and is left out: it would delete everything at once`)
  return undefined
}

function conditionsOf(conditions: ManifestReader, kind: string, warn: Warn, lost: string[]) {
  const phase = conditions.texts('phase')
  if (phase.length > 0 && ['Job', 'CronJob', 'Deployment', 'ReplicaSet', 'StatefulSet', 'DaemonSet', 'ConfigMap', 'Secret'].includes(kind))
    warn(`spec.conditions.phase never holds, for a ${kind} has no status.phase: use spec.conditions.state`)
  return {
    phase: phase.length > 0 ? phase : undefined,
    hasLabels: conditions.has('hasLabels') ? conditions.children('hasLabels').map((label) => labelOf(label, lost)) : undefined,
    hasAnnotations: conditions.has('hasAnnotations') ? conditions.children('hasAnnotations').map(annotationOf) : undefined,
    and: conditions.has('and') ? conditions.children('and').flatMap((each) => comparisonOf(each, lost)) : undefined,
  }
}

function labelOf(label: ManifestReader, lost: string[]) {
  const operator = label.text('operator') ?? 'Equals'
  const value = label.get('value')
  if (!['Exists', 'DoesNotExist', 'Equals', 'In', 'NotIn'].includes(operator))
    lost.push(`${label.path}: operator "${operator}" is not known`)
  return { key: label.get('key'), operator, value: operator === 'Exists' || operator === 'DoesNotExist' ? undefined : (value ?? '') }
}

const annotationOf = (annotation: ManifestReader) => ({ key: annotation.get('key'), value: annotation.get('value') ?? '' })

const OPERATORS = ['Equals', 'NotEquals', 'In', 'NotIn', 'Exists', 'DoesNotExist']

function comparisonOf(each: ManifestReader, lost: string[]): readonly object[] {
  const [fieldPath, operator, value, values] = [
    each.text('fieldPath'),
    each.text('operator') ?? '',
    each.get('value'),
    each.texts('values'),
  ]
  if (!OPERATORS.includes(operator)) {
    lost.push(`${each.path}: operator "${operator}" is not known`)
    return []
  }
  if (operator === 'In' || operator === 'NotIn')
    return [{ fieldPath, operator, values: values.length > 0 ? values : [String(value ?? '')] }]
  return [{ fieldPath, operator, value: operator.endsWith('xist') || operator === 'Exists' ? undefined : (value ?? '') }]
}

function behaviorOf(behavior: ManifestReader, warn: Warn) {
  if (behavior.text('finalizer') !== undefined) warn('spec.behavior.finalizer is left out: it had no effect there')
  const least = (name: string) => {
    const value = behavior.get(name)
    if (typeof value !== 'number' || value >= 1) return value
    warn(`spec.behavior.${name} is ${value} and is left out: the default counts`)
    return undefined
  }
  return {
    maxDeletionsPerSecond: least('maxDeletionsPerSecond'),
    batchSize: least('batchSize'),
    dryRun: behavior.get('dryRun'),
    propagationPolicy: behavior.get('propagationPolicy'),
    gracePeriodSeconds: behavior.get('gracePeriodSeconds'),
  }
}

function withoutKubectl(annotations: unknown): Draft['annotations'] {
  if (!isFields(annotations)) return undefined
  return Object.fromEntries(Object.entries(annotations).filter(([name]) => !name.startsWith('kubectl.kubernetes.io/')))
}
