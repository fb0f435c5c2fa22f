import type { DynamicObject, StatusCause } from '@kubewright/core'
import { invalidValue, requiredValue } from '../../status/index.ts'
import type { Fields } from '../fields.ts'
import { defaultStrategy, type Strategy, textAt } from '../strategy.ts'

const involved = (field: string) => textAt('involvedObject', field)

export const events: Strategy = {
  ...defaultStrategy,
  createOnUpdate: true,
  selectable: {
    'involvedObject.kind': involved('kind'),
    'involvedObject.namespace': involved('namespace'),
    'involvedObject.name': involved('name'),
    'involvedObject.uid': involved('uid'),
    'involvedObject.apiVersion': involved('apiVersion'),
    'involvedObject.resourceVersion': involved('resourceVersion'),
    'involvedObject.fieldPath': involved('fieldPath'),
    reason: textAt('reason'),
    reportingComponent: textAt('reportingComponent'),
    source: (event) => textAt('source', 'component')(event) || textAt('reportingComponent')(event),
    type: textAt('type'),
  },
  validate(event) {
    const about = involved('namespace')(event)
    const own = event.metadata.namespace ?? ''
    // Events about cluster-scoped objects stand in "default".
    const fits = about === own || (about === '' && own === 'default')
    const causes: StatusCause[] = fits ? [] : [invalidValue('involvedObject.namespace', about, 'does not match event.namespace')]
    return causes
  },
}

/** Rules of events.k8s.io/v1 alone: the older API takes anything. */
export const modernEvents: Strategy = {
  ...events,
  selectable: {
    ...events.selectable,
    'regarding.name': involved('name'),
    'regarding.kind': involved('kind'),
    'regarding.namespace': involved('namespace'),
    'regarding.uid': involved('uid'),
    'regarding.apiVersion': involved('apiVersion'),
    'regarding.resourceVersion': involved('resourceVersion'),
    'regarding.fieldPath': involved('fieldPath'),
    reportingController: textAt('reportingComponent'),
  },
  validate(modern) {
    const event = toCoreEvent(modern)
    const causes = [...(events.validate?.(event) ?? [])]
    if (!event['eventTime']) causes.push(requiredValue('eventTime'))
    const required = ['reportingComponent', 'reportingInstance', 'action', 'reason'] as const
    if (event['eventTime'])
      causes.push(...required.filter((field) => !event[field]).map((field) => requiredValue(MODERN_NAMES[field] ?? field)))
    const type = String(event['type'] ?? '')
    if (type !== 'Normal' && type !== 'Warning') causes.push(invalidValue('type', type, `has invalid value: ${type}`))
    return causes
  },
}

/** Fields that the two APIs call differently, by their names in core/v1, in which events are stored. */
const MODERN_NAMES: Readonly<Record<string, string>> = {
  involvedObject: 'regarding',
  message: 'note',
  source: 'deprecatedSource',
  firstTimestamp: 'deprecatedFirstTimestamp',
  lastTimestamp: 'deprecatedLastTimestamp',
  count: 'deprecatedCount',
  reportingComponent: 'reportingController',
}
const CORE_NAMES = Object.fromEntries(Object.entries(MODERN_NAMES).map(([core, modern]) => [modern, core]))

function renamed(object: DynamicObject, names: Readonly<Record<string, string>>, apiVersion: string): DynamicObject {
  const fields = Object.entries(object).map(([key, value]) => [names[key] ?? key, value])
  return { ...Object.fromEntries(fields), metadata: object.metadata, apiVersion }
}

/** The required fields of the form that an event of the other API may lack. */
export function toModernEvent(event: DynamicObject): DynamicObject {
  const modern = renamed(event, MODERN_NAMES, 'events.k8s.io/v1')
  return Object.fromEntries(
    Object.entries(modern).filter(([key, value]) => value !== '' || (key !== 'reportingController' && key !== 'reportingInstance')),
  ) as unknown as DynamicObject
}

export function toCoreEvent(event: DynamicObject): DynamicObject {
  const core = renamed(event, CORE_NAMES, 'v1') as Fields
  core['involvedObject'] ??= {}
  core['source'] ??= {}
  core['reportingComponent'] ??= ''
  core['reportingInstance'] ??= ''
  for (const time of ['firstTimestamp', 'lastTimestamp', 'eventTime']) core[time] ??= null
  return core as DynamicObject
}
