import { type DynamicObject, deepEqual, type LabelSelectorSpec, labelSelectorOf, matchesLabels, type StatusCause } from '@kubewright/core'
import { forbiddenValue, immutableField, invalidValue, requiredValue, unsupportedValue } from '../../status/index.ts'
import { type Fields, fieldsAt, fill, listAt, optionalFields } from '../fields.ts'
import { labelName } from '../object-meta.ts'
import { defaultPodSpec } from '../pod-defaults.ts'
import { validatePodSpec } from '../pod-validation.ts'
import { defaultStrategy, type Strategy, textAt } from '../strategy.ts'
import { WORKLOAD_RULES } from './workload-rules.ts'

const specOf = (object: DynamicObject): Fields => optionalFields(object as Fields, 'spec') ?? {}

/** Kinds of apps/v1 that keep pods running. */
const workload: Strategy = { ...defaultStrategy, statusSeparated: true, metadataByStatus: 'all', generation: true }

function defaultTemplate(spec: Fields): void {
  const template = optionalFields(spec, 'template')
  if (template !== undefined) defaultPodSpec(fieldsAt(template, 'spec'))
}

function validateWorkload(object: DynamicObject): StatusCause[] {
  const spec = specOf(object)
  const selector = optionalFields(spec, 'selector')
  const template = optionalFields(spec, 'template') ?? {}
  const labels = optionalFields(template, 'metadata')?.['labels'] as Readonly<Record<string, string>> | undefined
  const podSpec = optionalFields(template, 'spec') ?? {}
  const causes = validateReplicas(spec)
  // Of a DaemonSet the real server asks only that its selector fits.
  if (selector === undefined) causes.push(...(object['kind'] === 'DaemonSet' ? [] : [requiredValue('spec.selector')]))
  else if (Object.keys(selector).length === 0)
    causes.push(invalidValue('spec.selector', selector, `empty selector is invalid for ${String(object['kind']).toLowerCase()}`))
  if (selector === undefined || !matchesLabels(labelSelectorOf(selector as LabelSelectorSpec), labels)) {
    causes.push(invalidValue('spec.template.metadata.labels', labels ?? null, '`selector` does not match template `labels`'))
  }
  causes.push(...validatePodSpec(podSpec, 'spec.template.spec'))
  const policy = podSpec['restartPolicy']
  if (policy !== undefined && policy !== 'Always') causes.push(unsupportedValue('spec.template.spec.restartPolicy', policy, ['Always']))
  return [...causes, ...WORKLOAD_RULES[object['kind'] as keyof typeof WORKLOAD_RULES](spec)]
}

function validateReplicas(spec: Fields): StatusCause[] {
  const replicas = spec['replicas']
  return typeof replicas === 'number' && replicas < 0 ? [invalidValue('spec.replicas', replicas, 'must be greater than or equal to 0')] : []
}

const selectorIsImmutable = (object: DynamicObject, old: DynamicObject): StatusCause[] =>
  deepEqual(specOf(object)['selector'], specOf(old)['selector']) ? [] : [immutableField('spec.selector', specOf(object)['selector'])]

export const deployments: Strategy = {
  ...workload,
  // The rollout history stands in annotations, and is part of what the controller must see.
  generationOf: ({ metadata }) => metadata.annotations,
  metadataByStatus: 'annotations',
  defaults(draft) {
    const spec = fieldsAt(draft, 'spec')
    fill(spec, { replicas: 1, revisionHistoryLimit: 10, progressDeadlineSeconds: 600 })
    const strategy = fieldsAt(spec, 'strategy')
    strategy['type'] ??= 'RollingUpdate'
    if (strategy['type'] === 'RollingUpdate') fill(fieldsAt(strategy, 'rollingUpdate'), { maxUnavailable: '25%', maxSurge: '25%' })
    defaultTemplate(spec)
  },
  validate: validateWorkload,
  validateUpdate: selectorIsImmutable,
}

export const replicaSets: Strategy = {
  ...workload,
  defaults(draft) {
    const spec = fieldsAt(draft, 'spec')
    spec['replicas'] ??= 1
    defaultTemplate(spec)
  },
  validate: validateWorkload,
  validateUpdate: selectorIsImmutable,
}

const TEMPLATE_GENERATION = 'deprecated.daemonset.template.generation'

export const daemonSets: Strategy = {
  ...workload,
  defaults(draft) {
    const spec = fieldsAt(draft, 'spec')
    spec['revisionHistoryLimit'] ??= 10
    const strategy = fieldsAt(spec, 'updateStrategy')
    strategy['type'] ??= 'RollingUpdate'
    if (strategy['type'] === 'RollingUpdate') fill(fieldsAt(strategy, 'rollingUpdate'), { maxUnavailable: 1, maxSurge: 0 })
    defaultTemplate(spec)
    // Here already, so that it belongs to who creates: the real server's conversion gives every DaemonSet one.
    draft.metadata.annotations = { [TEMPLATE_GENERATION]: '0', ...draft.metadata.annotations }
  },
  prepareCreate(draft) {
    draft.metadata.annotations = { ...draft.metadata.annotations, [TEMPLATE_GENERATION]: '1' }
  },
  prepareUpdate(draft, old) {
    // Once a field of the spec, which the server still counts, whatever is sent.
    const before = Number(old.metadata.annotations?.[TEMPLATE_GENERATION] ?? 1)
    const isSame = deepEqual(fieldsAt(draft, 'spec')['template'], specOf(old)['template'])
    draft.metadata.annotations = { ...draft.metadata.annotations, [TEMPLATE_GENERATION]: String(isSame ? before : before + 1) }
  },
  validate: (object, old) => [...(old === undefined ? [] : selectorIsImmutable(object, old)), ...validateWorkload(object)],
}

const STATEFUL_SET_UPDATES =
  "updates to statefulset spec for fields other than 'replicas', 'ordinals', 'template', 'updateStrategy', 'revisionHistoryLimit', 'persistentVolumeClaimRetentionPolicy' and 'minReadySeconds' are forbidden"
const UPDATABLE = [
  'replicas',
  'ordinals',
  'template',
  'updateStrategy',
  'revisionHistoryLimit',
  'persistentVolumeClaimRetentionPolicy',
  'minReadySeconds',
]

export const statefulSets: Strategy = {
  ...workload,
  // Its pods are named after it, and each name is the pod's host name.
  name: labelName,
  defaults(draft) {
    const spec = fieldsAt(draft, 'spec')
    fill(spec, { replicas: 1, revisionHistoryLimit: 10, podManagementPolicy: 'OrderedReady' })
    const strategy = fieldsAt(spec, 'updateStrategy')
    strategy['type'] ??= 'RollingUpdate'
    if (strategy['type'] === 'RollingUpdate') fill(fieldsAt(strategy, 'rollingUpdate'), { partition: 0 })
    fill(fieldsAt(spec, 'persistentVolumeClaimRetentionPolicy'), { whenDeleted: 'Retain', whenScaled: 'Retain' })
    for (const claim of listAt(spec, 'volumeClaimTemplates')) {
      fill(claim, { apiVersion: 'v1', kind: 'PersistentVolumeClaim' })
      fieldsAt(claim, 'spec')['volumeMode'] ??= 'Filesystem'
      fieldsAt(claim, 'status')['phase'] ??= 'Pending'
    }
    defaultTemplate(spec)
  },
  prepareCreate(draft) {
    draft['status'] = { replicas: 0, availableReplicas: 0 }
  },
  validate: validateWorkload,
  validateUpdate(object, old) {
    const fixed = (spec: Fields) => Object.fromEntries(Object.entries(spec).filter(([key]) => !UPDATABLE.includes(key)))
    return deepEqual(fixed(specOf(object)), fixed(specOf(old))) ? [] : [forbiddenValue('spec', STATEFUL_SET_UPDATES)]
  },
}

export const replicationControllers: Strategy = {
  ...workload,
  orphansByDefault: true,
  selectable: { 'status.replicas': textAt('status', 'replicas') },
  defaults(draft) {
    const spec = fieldsAt(draft, 'spec')
    spec['replicas'] ??= 1
    defaultTemplate(spec)
    const labels = optionalFields(optionalFields(optionalFields(spec, 'template') ?? {}, 'metadata') ?? {}, 'labels')
    if (labels === undefined) return
    spec['selector'] ??= { ...labels }
    draft.metadata.labels ??= { ...labels } as Record<string, string>
  },
  validate(object) {
    const spec = specOf(object)
    const template = optionalFields(spec, 'template')
    const hasSelector = Object.keys(optionalFields(spec, 'selector') ?? {}).length > 0
    return [
      ...(hasSelector ? [] : [requiredValue('spec.selector')]),
      ...validateReplicas(spec),
      ...(template === undefined
        ? [requiredValue('spec.template')]
        : validatePodSpec(optionalFields(template, 'spec') ?? {}, 'spec.template.spec')),
    ]
  },
}

export const podTemplates: Strategy = {
  ...defaultStrategy,
  returnsDeleted: true,
  generation: true,
  defaults: defaultTemplate,
  validate: (object) => validatePodSpec(optionalFields(optionalFields(object as Fields, 'template') ?? {}, 'spec') ?? {}, 'template.spec'),
}

export const controllerRevisions: Strategy = {
  ...defaultStrategy,
  validate(object, old) {
    if (old !== undefined) return deepEqual(object['data'], old['data']) ? [] : [immutableField('data', object['data'])]
    return object['data'] === undefined || object['data'] === null ? [requiredValue('data', 'data is mandatory')] : []
  },
}
