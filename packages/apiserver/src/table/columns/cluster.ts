import type { DynamicObject } from '@kubewright/core'
import { age, type Column, column, createdAt, integer, name, wide } from '../column.ts'
import { at, listAt, numberAt, orUnset, textAt } from '../reading.ts'
import { printSelector } from '../selector-text.ts'

export const createdAtColumns: readonly Column[] = [name, createdAt]

function subjects(binding: unknown, kind: string): string {
  return listAt(binding, 'subjects')
    .filter((each) => textAt(each, 'kind') === kind)
    .map((each) => (kind === 'ServiceAccount' ? `${textAt(each, 'namespace')}/${textAt(each, 'name')}` : textAt(each, 'name')))
    .join(', ')
}

export const bindingColumns: readonly Column[] = [
  name,
  column('Role', (binding) => `${textAt(binding, 'roleRef', 'kind')}/${textAt(binding, 'roleRef', 'name')}`),
  age,
  wide('Users', (binding) => subjects(binding, 'User')),
  wide('Groups', (binding) => subjects(binding, 'Group')),
  wide('ServiceAccounts', (binding) => subjects(binding, 'ServiceAccount')),
]

export const leaseColumns: readonly Column[] = [name, column('Holder', (lease) => textAt(lease, 'spec', 'holderIdentity')), age]

const orNotSet = (value: unknown): string => (value === undefined ? 'N/A' : String(value))

export const disruptionBudgetColumns: readonly Column[] = [
  name,
  column('Min Available', (budget) => orNotSet(at(budget, 'spec', 'minAvailable'))),
  column('Max Unavailable', (budget) => orNotSet(at(budget, 'spec', 'maxUnavailable'))),
  integer('Allowed Disruptions', (budget) => numberAt(budget, 'status', 'disruptionsAllowed')),
  age,
]

export const priorityClassColumns: readonly Column[] = [
  name,
  integer('Value', (object) => numberAt(object, 'value')),
  column('Global-Default', (object) => at(object, 'globalDefault') === true, { type: 'boolean' }),
  age,
  column('PreemptionPolicy', (object) => textAt(object, 'preemptionPolicy')),
]

export const webhookColumns: readonly Column[] = [name, integer('Webhooks', (object) => listAt(object, 'webhooks').length), age]

function paramKind(policy: DynamicObject): string {
  const kind = at(policy, 'spec', 'paramKind')
  return kind === undefined ? '<unset>' : `${textAt(kind, 'apiVersion')}/${textAt(kind, 'kind')}`
}

/** Of a parameter without a namespace nobody knows here whether it has one. */
function paramRef(binding: DynamicObject): string {
  const reference = at(binding, 'spec', 'paramRef')
  const named = textAt(reference, 'name')
  if (named !== '') return `${textAt(reference, 'namespace') || '*'}/${named}`
  const selector = at(reference, 'selector')
  return selector === undefined ? '<unset>' : printSelector(selector)
}

export const admissionPolicyColumns: readonly Column[] = [
  name,
  integer('Validations', (policy) => listAt(policy, 'spec', 'validations').length),
  column('ParamKind', paramKind),
  age,
]

export const mutatingPolicyColumns: readonly Column[] = [
  name,
  integer('Mutations', (policy) => listAt(policy, 'spec', 'mutations').length),
  column('ParamKind', paramKind),
  age,
]

export const admissionPolicyBindingColumns: readonly Column[] = [
  name,
  column('PolicyName', (binding) => textAt(binding, 'spec', 'policyName')),
  column('ParamRef', paramRef),
  age,
]

function apiServiceBackend(service: DynamicObject): string {
  const backend = at(service, 'spec', 'service')
  return backend ? `${textAt(backend, 'namespace')}/${textAt(backend, 'name')}` : 'Local'
}

function apiServiceAvailable(service: DynamicObject): string {
  const condition = listAt(service, 'status', 'conditions').find((each) => textAt(each, 'type') === 'Available')
  if (!condition) return 'Unknown'
  const status = textAt(condition, 'status')
  return status === 'True' ? status : `${status} (${textAt(condition, 'reason')})`
}

export const apiServiceColumns: readonly Column[] = [
  name,
  column('Service', apiServiceBackend),
  column('Available', apiServiceAvailable),
  age,
]

const RESOURCE = ['averageUtilization', 'averageValue', 'value'] as const

function metricValue(side: unknown): string {
  const key = RESOURCE.find((each) => at(side, each) !== undefined)
  if (key === undefined) return '<unknown>'
  return key === 'averageUtilization' ? `${numberAt(side, key)}%` : String(at(side, key))
}

/** `cpu: 20%/80%`; at most two metrics, and how many more there are. */
function targets(scaler: unknown): string {
  const current = listAt(scaler, 'status', 'currentMetrics')
  const all = listAt(scaler, 'spec', 'metrics').map((metric, index) => {
    const type = textAt(metric, 'type')
    const part = type.charAt(0).toLowerCase() + type.slice(1)
    const prefix = type === 'Resource' || type === 'ContainerResource' ? `${textAt(metric, part, 'name')}: ` : ''
    return `${prefix}${metricValue(at(current[index], part, 'current'))}/${metricValue(at(metric, part, 'target'))}`
  })
  if (all.length === 0) return '<none>'
  return all.length > 2 ? `${all.slice(0, 2).join(', ')} + ${all.length - 2} more...` : all.join(', ')
}

export const autoscalerColumns: readonly Column[] = [
  name,
  column(
    'Reference',
    (scaler) => `${textAt(scaler, 'spec', 'scaleTargetRef', 'kind')}/${textAt(scaler, 'spec', 'scaleTargetRef', 'name')}`,
  ),
  column('Targets', targets),
  column('MinPods', (scaler) => orUnset(String(at(scaler, 'spec', 'minReplicas') ?? ''))),
  column('MaxPods', (scaler) => numberAt(scaler, 'spec', 'maxReplicas')),
  column('Replicas', (scaler) => numberAt(scaler, 'status', 'currentReplicas')),
  age,
]

export const runtimeClassColumns: readonly Column[] = [name, column('Handler', (object) => textAt(object, 'handler')), age]
