import { humanAge } from '../age.ts'
import { age, type Column, column, createdAt, name, wide } from '../column.ts'
import { at, listAt, mapAt, numberAt, orNone, textAt } from '../reading.ts'

const count = (object: unknown, ...path: readonly string[]): number => Object.keys(mapAt(object, ...path)).length

export const configMapColumns: readonly Column[] = [
  name,
  column('Data', (object) => count(object, 'data') + count(object, 'binaryData')),
  age,
]

export const secretColumns: readonly Column[] = [
  name,
  column('Type', (object) => textAt(object, 'type')),
  column('Data', (object) => count(object, 'data')),
  age,
]

export const namespaceColumns: readonly Column[] = [name, column('Status', (object) => textAt(object, 'status', 'phase')), age]

export const limitRangeColumns: readonly Column[] = [name, createdAt]

function nodeStatus(node: unknown): string {
  const ready = listAt(node, 'status', 'conditions').find((each) => textAt(each, 'type') === 'Ready')
  const status = ready === undefined ? 'Unknown' : textAt(ready, 'status') === 'True' ? 'Ready' : 'NotReady'
  return at(node, 'spec', 'unschedulable') === true ? `${status},SchedulingDisabled` : status
}

const ROLE_LABEL = 'node-role.kubernetes.io/'

function nodeRoles(node: unknown): string {
  const roles = Object.entries(mapAt(node, 'metadata', 'labels')).flatMap(([key, value]) => {
    if (key.startsWith(ROLE_LABEL)) return key === ROLE_LABEL ? [] : [key.slice(ROLE_LABEL.length)]
    return key === 'kubernetes.io/role' && value !== '' ? [String(value)] : []
  })
  return orNone([...new Set(roles)].sort().join(','))
}

const nodeAddress = (type: string) => (node: unknown) =>
  orNone(
    textAt(
      listAt(node, 'status', 'addresses').find((each) => textAt(each, 'type') === type),
      'address',
    ),
  )
const nodeInfo = (key: string) => (node: unknown) => textAt(node, 'status', 'nodeInfo', key) || '<unknown>'

export const nodeColumns: readonly Column[] = [
  name,
  column('Status', nodeStatus),
  column('Roles', nodeRoles),
  age,
  column('Version', (node) => textAt(node, 'status', 'nodeInfo', 'kubeletVersion')),
  wide('Internal-IP', nodeAddress('InternalIP')),
  wide('External-IP', nodeAddress('ExternalIP')),
  wide('OS-Image', nodeInfo('osImage')),
  wide('Kernel-Version', nodeInfo('kernelVersion')),
  wide('Container-Runtime', nodeInfo('containerRuntimeVersion')),
]

/** core/v1 names it `involvedObject`, events.k8s.io/v1 `regarding`; likewise for the other fields. */
function eventField(event: unknown, core: readonly string[], events: readonly string[]): unknown {
  return at(event, ...core) ?? at(event, ...events)
}

function eventObject(event: unknown): string {
  const object = eventField(event, ['involvedObject'], ['regarding'])
  return `${textAt(object, 'kind').toLowerCase()}/${textAt(object, 'name')}`
}

function eventSource(event: unknown): string {
  const component = String(
    eventField(event, ['source', 'component'], ['deprecatedSource', 'component']) ?? textAt(event, 'reportingController'),
  )
  const host = String(eventField(event, ['source', 'host'], ['deprecatedSource', 'host']) ?? textAt(event, 'reportingInstance'))
  return [component || textAt(event, 'reportingComponent'), host].filter((each) => each !== '').join(', ')
}

function eventFirstSeen(event: unknown, now: number): string {
  return humanAge(eventField(event, ['firstTimestamp'], ['deprecatedFirstTimestamp']) ?? at(event, 'eventTime'), now)
}

function eventLastSeen(event: unknown, now: number): string {
  const last = at(event, 'series', 'lastObservedTime') ?? eventField(event, ['lastTimestamp'], ['deprecatedLastTimestamp'])
  return last ? humanAge(last, now) : eventFirstSeen(event, now)
}

function eventCount(event: unknown): number {
  const counted = eventField(event, ['count'], ['deprecatedCount'])
  return numberAt(event, 'series', 'count') || (typeof counted === 'number' && counted > 0 ? counted : 1)
}

export const eventColumns: readonly Column[] = [
  column('Last Seen', eventLastSeen),
  column('Type', (event) => textAt(event, 'type')),
  column('Reason', (event) => textAt(event, 'reason')),
  column('Object', eventObject),
  wide('Subobject', (event) => String(eventField(event, ['involvedObject', 'fieldPath'], ['regarding', 'fieldPath']) ?? '')),
  wide('Source', eventSource),
  column('Message', (event) => String(eventField(event, ['message'], ['note']) ?? '').trim()),
  wide('First Seen', eventFirstSeen),
  wide('Count', eventCount),
  { ...name, wide: true },
]

function quotaText(quota: unknown, limits: boolean): string {
  const hard = mapAt(quota, 'status', 'hard')
  const used = mapAt(quota, 'status', 'used')
  const names = Object.keys(hard)
    .filter((each) => each.startsWith('limits') === limits)
    .sort()
  return names.map((each) => `${each}: ${String(used[each] ?? '0')}/${String(hard[each])}`).join(', ')
}

export const resourceQuotaColumns: readonly Column[] = [
  name,
  column('Request', (object) => quotaText(object, false)),
  column('Limit', (object) => quotaText(object, true)),
  age,
]

const healthOf = (component: unknown) => listAt(component, 'conditions').find((condition) => textAt(condition, 'type') === 'Healthy')
const HEALTH: Readonly<Record<string, string>> = { True: 'Healthy', False: 'Unhealthy' }

export const componentStatusColumns: readonly Column[] = [
  name,
  column('Status', (component) => HEALTH[textAt(healthOf(component), 'status')] ?? 'Unknown'),
  column('Message', (component) => textAt(healthOf(component), 'message')),
  column('Error', (component) => textAt(healthOf(component), 'error')),
]
