import { parseTime } from '@kubewright/core'
import { humanAge, humanDuration } from '../age.ts'
import { age, type Column, column, integer, name, wide } from '../column.ts'
import { at, hasCondition, listAt, mapAt, numberAt, orNone, textAt } from '../reading.ts'
import { printLabels, printSelector } from '../selector-text.ts'

type Path = readonly string[]

const containers = (path: Path, key: 'name' | 'image') => (object: unknown) =>
  listAt(object, ...path, 'containers')
    .map((each) => textAt(each, key))
    .join(',')

const TEMPLATE: Path = ['spec', 'template', 'spec']

function containerColumns(path: Path = TEMPLATE): readonly Column[] {
  return [wide('Containers', containers(path, 'name')), wide('Images', containers(path, 'image'))]
}

const selector = wide('Selector', (object) => printSelector(at(object, 'spec', 'selector')))
const readyOfDesired = column('Ready', (object) => `${numberAt(object, 'status', 'readyReplicas')}/${numberAt(object, 'spec', 'replicas')}`)

export const deploymentColumns: readonly Column[] = [
  name,
  readyOfDesired,
  column('Up-to-date', (object) => numberAt(object, 'status', 'updatedReplicas')),
  column('Available', (object) => numberAt(object, 'status', 'availableReplicas')),
  age,
  ...containerColumns(),
  selector,
]

const replicaCounts: readonly Column[] = [
  integer('Desired', (object) => numberAt(object, 'spec', 'replicas')),
  integer('Current', (object) => numberAt(object, 'status', 'replicas')),
  integer('Ready', (object) => numberAt(object, 'status', 'readyReplicas')),
]

export const replicaSetColumns: readonly Column[] = [name, ...replicaCounts, age, ...containerColumns(), selector]

export const replicationControllerColumns: readonly Column[] = [
  name,
  ...replicaCounts,
  age,
  ...containerColumns(),
  wide('Selector', (object) => printLabels(mapAt(object, 'spec', 'selector'))),
]

export const statefulSetColumns: readonly Column[] = [name, readyOfDesired, age, ...containerColumns()]

export const daemonSetColumns: readonly Column[] = [
  name,
  integer('Desired', (object) => numberAt(object, 'status', 'desiredNumberScheduled')),
  integer('Current', (object) => numberAt(object, 'status', 'currentNumberScheduled')),
  integer('Ready', (object) => numberAt(object, 'status', 'numberReady')),
  integer('Up-to-date', (object) => numberAt(object, 'status', 'updatedNumberScheduled')),
  integer('Available', (object) => numberAt(object, 'status', 'numberAvailable')),
  column('Node Selector', (object) => printLabels(mapAt(object, ...TEMPLATE, 'nodeSelector'))),
  age,
  ...containerColumns(),
  selector,
]

const JOB_CONDITIONS: readonly (readonly [condition: string, shown: string])[] = [
  ['Suspended', 'Suspended'],
  ['FailureTarget', 'FailureTarget'],
  ['SuccessCriteriaMet', 'SuccessCriteriaMet'],
]

function jobStatus(job: unknown): string {
  if (hasCondition(job, 'Complete')) return 'Complete'
  if (hasCondition(job, 'Failed')) return 'Failed'
  if (at(job, 'metadata', 'deletionTimestamp')) return 'Terminating'
  return JOB_CONDITIONS.find(([condition]) => hasCondition(job, condition))?.[1] ?? 'Running'
}

function jobCompletions(job: unknown): string {
  const succeeded = numberAt(job, 'status', 'succeeded')
  const completions = at(job, 'spec', 'completions')
  if (typeof completions === 'number') return `${succeeded}/${completions}`
  const parallelism = numberAt(job, 'spec', 'parallelism')
  return parallelism > 1 ? `${succeeded}/1 of ${parallelism}` : `${succeeded}/1`
}

function jobDuration(job: unknown, now: number): string {
  const started = parseTime(textAt(job, 'status', 'startTime'))
  if (started === undefined) return ''
  return humanDuration((parseTime(textAt(job, 'status', 'completionTime')) ?? now) - started)
}

export const jobColumns: readonly Column[] = [
  name,
  column('Status', jobStatus),
  column('Completions', jobCompletions),
  column('Duration', jobDuration),
  age,
  ...containerColumns(),
  selector,
]

function suspended(cronJob: unknown): string {
  const suspend = at(cronJob, 'spec', 'suspend')
  return typeof suspend === 'boolean' ? (suspend ? 'True' : 'False') : '<unset>'
}

const JOB_TEMPLATE: Path = ['spec', 'jobTemplate', ...TEMPLATE]

export const cronJobColumns: readonly Column[] = [
  name,
  column('Schedule', (object) => textAt(object, 'spec', 'schedule')),
  column('Timezone', (object) => orNone(textAt(object, 'spec', 'timeZone'))),
  column('Suspend', suspended, { type: 'boolean' }),
  integer('Active', (object) => listAt(object, 'status', 'active').length),
  column('Last Schedule', (object, now) =>
    at(object, 'status', 'lastScheduleTime') ? humanAge(at(object, 'status', 'lastScheduleTime'), now) : '<none>',
  ),
  age,
  ...containerColumns(JOB_TEMPLATE),
  wide('Selector', (object) => printSelector(at(object, 'spec', 'jobTemplate', 'spec', 'selector'))),
]

export const podTemplateColumns: readonly Column[] = [
  name,
  column('Containers', containers(['template', 'spec'], 'name')),
  column('Images', containers(['template', 'spec'], 'image')),
  column('Pod Labels', (object) => printLabels(mapAt(object, 'template', 'metadata', 'labels'))),
]

function controllerText(object: unknown): string {
  const owner = listAt(object, 'metadata', 'ownerReferences').find((each) => at(each, 'controller') === true)
  if (!owner) return '<none>'
  const apiVersion = textAt(owner, 'apiVersion')
  const group = apiVersion.includes('/') ? `.${apiVersion.split('/')[0]}` : ''
  return `${textAt(owner, 'kind').toLowerCase()}${group}/${textAt(owner, 'name')}`
}

export const controllerRevisionColumns: readonly Column[] = [
  name,
  column('Controller', controllerText),
  column('Revision', (object) => numberAt(object, 'revision')),
  age,
]
