import type { DynamicObject } from '@kubewright/core'
import { type Fields, isFields, listAt, optionalFields } from '../fields.ts'
import { defaultStrategy, type Strategy } from '../strategy.ts'

/** autoscaling/v1 knows one metric, the use of CPU. What else there is stands in annotations, so that a client of v1 loses nothing of it. */
const BEHAVIOR = 'autoscaling.alpha.kubernetes.io/behavior'
const METRICS = 'autoscaling.alpha.kubernetes.io/metrics'
const CURRENT_METRICS = 'autoscaling.alpha.kubernetes.io/current-metrics'
const CONDITIONS = 'autoscaling.alpha.kubernetes.io/conditions'
const ANNOTATIONS = [BEHAVIOR, METRICS, CURRENT_METRICS, CONDITIONS]

export const firstAutoscalers = (second: Strategy): Strategy => ({
  ...defaultStrategy,
  statusSeparated: true,
  ...(second.generation ? { generation: true } : {}),
  defaults(draft) {
    const spec = optionalFields(draft, 'spec')
    if (spec !== undefined) spec['minReplicas'] ??= 1
  },
})

const isCpuUse = (metric: Fields): boolean => {
  const resource = optionalFields(metric, 'resource')
  const target = optionalFields(resource ?? {}, 'target') ?? optionalFields(resource ?? {}, 'current')
  return metric['type'] === 'Resource' && resource?.['name'] === 'cpu' && target?.['averageUtilization'] !== undefined
}

const utilization = (metric: Fields | undefined, of: 'target' | 'current'): unknown =>
  optionalFields(optionalFields(metric ?? {}, 'resource') ?? {}, of)?.['averageUtilization']

/** The autoscaling/v2 object as v1 shows it. */
export function toFirstAutoscaler(second: DynamicObject): DynamicObject {
  const { metrics: _metrics, behavior, ...spec } = optionalFields(second as Fields, 'spec') ?? {}
  const { currentMetrics: _current, conditions, ...status } = optionalFields(second as Fields, 'status') ?? {}
  const wanted = split(listAt(optionalFields(second as Fields, 'spec') ?? {}, 'metrics'))
  const seen = split(listAt(optionalFields(second as Fields, 'status') ?? {}, 'currentMetrics'))
  const target = utilization(wanted.cpu, 'target')
  const current = utilization(seen.cpu, 'current')
  const annotations = {
    ...second.metadata.annotations,
    ...annotation(METRICS, wanted.others),
    ...annotation(CURRENT_METRICS, seen.others),
    ...annotation(CONDITIONS, conditions),
    ...annotation(BEHAVIOR, behavior),
  }
  return {
    ...second,
    apiVersion: 'autoscaling/v1',
    metadata: { ...second.metadata, ...(Object.keys(annotations).length === 0 ? {} : { annotations }) },
    spec: { ...spec, ...(target === undefined ? {} : { targetCPUUtilizationPercentage: target }) },
    status: {
      ...{ currentReplicas: 0, desiredReplicas: 0, ...status },
      ...(current === undefined ? {} : { currentCPUUtilizationPercentage: current }),
    },
  }
}

/** The object of autoscaling/v1 as it is stored. */
export function toSecondAutoscaler(first: DynamicObject): DynamicObject {
  const { targetCPUUtilizationPercentage: target, ...spec } = optionalFields(first as Fields, 'spec') ?? {}
  const { currentCPUUtilizationPercentage: current, ...status } = optionalFields(first as Fields, 'status') ?? {}
  const { annotations = {}, ...metadata } = first.metadata
  const read = (name: string): unknown => parsed(annotations[name])
  const wanted = [
    ...itemsOf(read(METRICS)),
    ...(target === undefined ? [] : [cpu('target', { type: 'Utilization', averageUtilization: target })]),
  ]
  const seen = [...itemsOf(read(CURRENT_METRICS)), ...(current === undefined ? [] : [cpu('current', { averageUtilization: current })])]
  const behavior = read(BEHAVIOR)
  const conditions = itemsOf(read(CONDITIONS))
  const kept = Object.fromEntries(Object.entries(annotations).filter(([name]) => !ANNOTATIONS.includes(name)))
  return {
    ...first,
    apiVersion: 'autoscaling/v2',
    metadata: { ...metadata, ...(Object.keys(kept).length === 0 ? {} : { annotations: kept }) },
    spec: {
      ...spec,
      // The default of v2, which v1 has not got: it comes with the first read of what is stored.
      metrics: wanted.length === 0 ? usualMetrics() : wanted,
      ...(isFields(behavior) ? { behavior } : {}),
    },
    status: {
      ...status,
      currentMetrics: seen.length === 0 ? null : seen,
      ...(conditions.length === 0 ? {} : { conditions }),
    },
  }
}

const cpu = (field: 'target' | 'current', value: object): Fields => ({ type: 'Resource', resource: { name: 'cpu', [field]: value } })

/** What an autoscaler looks at when nobody says: the use of CPU, to be 80 % of what is requested. */
export const usualMetrics = (): readonly Fields[] => [cpu('target', { type: 'Utilization', averageUtilization: 80 })]

function split(metrics: readonly Fields[]): { readonly cpu: Fields | undefined; readonly others: readonly Fields[] } {
  const use = metrics.find(isCpuUse)
  return { cpu: use, others: metrics.filter((metric) => metric !== use) }
}

function annotation(name: string, value: unknown): Readonly<Record<string, string>> {
  const isEmpty = value === undefined || value === null || (Array.isArray(value) && value.length === 0)
  return isEmpty ? {} : { [name]: JSON.stringify(value) }
}

/** Anybody may have written the annotation: what cannot be read is as if it were not there, as on the real server. */
function parsed(text: string | undefined): unknown {
  if (text === undefined) return undefined
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

const itemsOf = (value: unknown): readonly Fields[] => (Array.isArray(value) ? value.filter(isFields) : [])
