import { type DynamicObject, deepEqual, type StatusCause } from '@kubewright/core'
import { immutableField, invalidValue, requiredValue, unsupportedValue } from '../../status/index.ts'
import { type Fields, fieldsAt, fill, optionalFields } from '../fields.ts'
import { defaultPodSpec } from '../pod-defaults.ts'
import { validatePodSpec } from '../pod-validation.ts'
import { defaultStrategy, type Strategy } from '../strategy.ts'

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
  const causes = validatePodSpec(podSpec, `${field}.template.spec`)
  if (policy === undefined) causes.push(requiredValue(`${field}.template.spec.restartPolicy`, 'valid values: "OnFailure", "Never"'))
  else if (policy === 'Always') causes.push(unsupportedValue(`${field}.template.spec.restartPolicy`, policy, ['OnFailure', 'Never']))
  return causes
}

export const jobs: Strategy = {
  ...defaultStrategy,
  orphansByDefault: true,
  statusSeparated: true,
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
  validate: (job) => validateJobSpec(specOf(job), 'spec'),
  validateUpdate(job, old) {
    const changed = ['completions', 'selector', 'template', 'completionMode'].filter(
      (key) => !deepEqual(specOf(job)[key], specOf(old)[key]),
    )
    return changed.map((key) => immutableField(`spec.${key}`, specOf(job)[key]))
  },
}

export const cronJobs: Strategy = {
  ...defaultStrategy,
  statusSeparated: true,
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
    else if (!schedule.startsWith('@')) {
      const fields = schedule.trim().split(/\s+/)
      if (fields.length !== 5)
        causes.push(invalidValue('spec.schedule', schedule, `expected exactly 5 fields, found ${fields.length}: [${fields.join(' ')}]`))
    }
    const jobSpec = optionalFields(optionalFields(spec, 'jobTemplate') ?? {}, 'spec') ?? {}
    return [...causes, ...validateJobSpec(jobSpec, 'spec.jobTemplate.spec')]
  },
}
