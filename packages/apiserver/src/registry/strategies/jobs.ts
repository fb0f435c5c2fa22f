import { type DynamicObject, deepEqual, type LabelSelectorSpec, labelSelectorOf, matchesLabels, type StatusCause } from '@kubewright/core'
import { immutableField, invalidValue, requiredValue, unsupportedValue } from '../../status/index.ts'
import { type Fields, fieldsAt, fill, listAt, optionalFields } from '../fields.ts'
import { defaultPodSpec } from '../pod-defaults.ts'
import { validatePodSpec } from '../pod-validation.ts'
import { defaultStrategy, type Strategy } from '../strategy.ts'
import { cronJobRules, jobRules } from './job-rules.ts'

const specOf = (object: DynamicObject): Fields => optionalFields(object as Fields, 'spec') ?? {}

/** A Job's pods end, so "Always" has no meaning, and no default is given: the author must say. */
function defaultJobTemplate(spec: Fields): void {
  const podSpec = fieldsAt(fieldsAt(spec, 'template'), 'spec')
  const policy = podSpec['restartPolicy']
  defaultPodSpec(podSpec)
  if (policy === undefined) delete podSpec['restartPolicy']
}

function validateJobSpec(spec: Fields, field: string): StatusCause[] {
  const podSpec = optionalFields(optionalFields(spec, 'template') ?? {}, 'spec') ?? {}
  const policy = podSpec['restartPolicy']
  const causes = [...jobRules(spec, field), ...validatePodSpec(podSpec, `${field}.template.spec`)]
  if (policy === undefined) causes.push(requiredValue(`${field}.template.spec.restartPolicy`, 'valid values: "OnFailure", "Never"'))
  else if (policy === 'Always') causes.push(unsupportedValue(`${field}.template.spec.restartPolicy`, policy, ['OnFailure', 'Never']))
  else if (policy !== 'Never' && optionalFields(spec, 'podFailurePolicy') !== undefined)
    causes.push(
      invalidValue(`${field}.template.spec.restartPolicy`, policy, 'only "Never" is supported when podFailurePolicy is specified'),
    )
  return causes
}

function validateSelection({ selector, template }: Fields): StatusCause[] {
  if (selector !== undefined && matchesLabels(labelSelectorOf(selector as LabelSelectorSpec), labelsOf(template))) return []
  const labels = labelsOf(template)
  return [
    ...(selector === undefined ? [requiredValue('spec.selector')] : []),
    invalidValue('spec.template.metadata.labels', labels, '`selector` does not match template `labels`'),
  ]
}

const labelsOf = (template: unknown) =>
  optionalFields((template ?? {}) as Fields, 'metadata')?.['labels'] as Readonly<Record<string, string>> | undefined

export const jobs: Strategy = {
  ...defaultStrategy,
  orphansByDefault: true,
  deletionWarning:
    'child pods are preserved by default when jobs are deleted; set propagationPolicy=Background to remove them or set propagationPolicy=Orphan to suppress this warning',
  statusSeparated: true,
  metadataByStatus: 'all',
  generation: true,
  selectable: { 'status.successful': (job) => String(optionalFields(job as Fields, 'status')?.['succeeded'] ?? 0) },
  defaults(draft) {
    const spec = fieldsAt(draft, 'spec')
    if (spec['completions'] === undefined && spec['parallelism'] === undefined) spec['completions'] = 1
    fill(spec, { parallelism: 1, backoffLimit: 6, completionMode: 'NonIndexed', suspend: false, manualSelector: false })
    spec['podReplacementPolicy'] ??= optionalFields(spec, 'podFailurePolicy') === undefined ? 'TerminatingOrFailed' : 'Failed'
    defaultJobTemplate(spec)
  },
  prepareCreate(draft, { uid }) {
    const spec = fieldsAt(draft, 'spec')
    if (spec['manualSelector'] === true) return
    const name = draft.metadata.name ?? ''
    const labels = {
      'batch.kubernetes.io/controller-uid': uid,
      'batch.kubernetes.io/job-name': name,
      'controller-uid': uid,
      'job-name': name,
    }
    const metadata = fieldsAt(fieldsAt(spec, 'template'), 'metadata')
    metadata['labels'] = { ...optionalFields(metadata, 'labels'), ...labels }
    // The generated selector names the Job by its UID: a namesake never adopts its pods.
    spec['selector'] = { matchLabels: { 'batch.kubernetes.io/controller-uid': uid } }
    draft.metadata.labels ??= { ...(metadata['labels'] as Record<string, string>) }
  },
  validate: (job) => [...validateJobSpec(specOf(job), 'spec'), ...validateSelection(specOf(job))],
  validateUpdate(job, old) {
    const changed = ['completions', 'selector', 'template', 'completionMode'].filter(
      (key) => !deepEqual(fixedPart(job, key, old), fixedPart(old, key, old)),
    )
    return changed.map((key) => immutableField(`spec.${key}`, specOf(job)[key]))
  },
}

/** Of a Job that is suspended and has not begun its queue may still say where its pods run, and what they get. */
function fixedPart(job: DynamicObject, key: string, old: DynamicObject): unknown {
  const value = specOf(job)[key]
  const hasBegun = optionalFields(old as Fields, 'status')?.['startTime'] !== undefined
  if (key !== 'template' || specOf(old)['suspend'] !== true || hasBegun) return value
  const { annotations: _notes, labels: _labels, ...metadata } = optionalFields(value as Fields, 'metadata') ?? {}
  const {
    nodeSelector: _nodes,
    tolerations: _borne,
    schedulingGates: _gates,
    affinity = {},
    ...spec
  } = optionalFields(value as Fields, 'spec') ?? {}
  const { nodeAffinity: _wanted, ...kept } = affinity as Fields
  const withoutResources = (kind: string) => listAt(spec, kind).map(({ resources: _resources, ...container }) => container)
  return {
    metadata,
    spec: { ...spec, affinity: kept, containers: withoutResources('containers'), initContainers: withoutResources('initContainers') },
  }
}

export const cronJobs: Strategy = {
  ...defaultStrategy,
  statusSeparated: true,
  metadataByStatus: 'all',
  generation: true,
  defaults(draft) {
    const spec = fieldsAt(draft, 'spec')
    fill(spec, { concurrencyPolicy: 'Allow', suspend: false, successfulJobsHistoryLimit: 3, failedJobsHistoryLimit: 1 })
    defaultJobTemplate(fieldsAt(fieldsAt(spec, 'jobTemplate'), 'spec'))
  },
  validate(object) {
    const spec = specOf(object)
    const schedule = String(spec['schedule'] ?? '')
    const causes: StatusCause[] = []
    if (schedule === '') causes.push(requiredValue('spec.schedule'))
    else if (!schedule.startsWith('@') && !schedule.includes('TZ')) {
      const fields = schedule.trim().split(/\s+/)
      if (fields.length !== 5)
        causes.push(invalidValue('spec.schedule', schedule, `expected exactly 5 fields, found ${fields.length}: [${fields.join(' ')}]`))
    }
    const jobSpec = optionalFields(optionalFields(spec, 'jobTemplate') ?? {}, 'spec') ?? {}
    return [...causes, ...cronJobRules(spec), ...validateTimeZone(spec['timeZone']), ...validateJobSpec(jobSpec, 'spec.jobTemplate.spec')]
  },
}

const ZONES_ARE = 'timeZone must be an explicit time zone as defined in https://www.iana.org/time-zones'

function validateTimeZone(given: unknown): StatusCause[] {
  if (given === undefined || given === null) return []
  const zone = String(given)
  const problem = zone === '' ? 'timeZone must be nil or non-empty string' : zone.toLowerCase() === 'local' ? ZONES_ARE : unknownZone(zone)
  return problem === undefined ? [] : [invalidValue('spec.timeZone', zone, problem)]
}

/** Go finds zones by the names of files, which have their case; Intl finds them in any. */
function unknownZone(zone: string): string | undefined {
  const unknown = `unknown time zone ${zone}`
  if (!/^[A-Z]/.test(zone) || (zone !== 'UTC' && zone.toUpperCase() === 'UTC')) return unknown
  try {
    new Intl.DateTimeFormat('en', { timeZone: zone })
    return undefined
  } catch {
    // A RangeError: there is no such zone.
    return unknown
  }
}
