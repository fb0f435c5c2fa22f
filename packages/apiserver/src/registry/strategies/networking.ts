import type { DynamicObject, StatusCause } from '@kubewright/core'
import { immutableField, invalidValue, requiredValue } from '../../status/index.ts'
import { type Fields, fieldsAt, fill, listAt, optionalFields } from '../fields.ts'
import { defaultStrategy, type Strategy } from '../strategy.ts'
import { usualMetrics } from './first-autoscalers.ts'

const specOf = (object: DynamicObject): Fields => optionalFields(object as Fields, 'spec') ?? {}

export const endpoints: Strategy = {
  ...defaultStrategy,
  createOnUpdate: true,
  deprecation: 'v1 Endpoints is deprecated in v1.33+; use discovery.k8s.io/v1 EndpointSlice',
  defaults(draft) {
    for (const subset of listAt(draft, 'subsets')) for (const port of listAt(subset, 'ports')) port['protocol'] ??= 'TCP'
  },
}

export const endpointSlices: Strategy = {
  ...defaultStrategy,
  generation: true,
  defaults(draft) {
    for (const port of listAt(draft, 'ports')) fill(port, { name: '', protocol: 'TCP' })
  },
  generationOf: ({ metadata }) => metadata.labels,
  validate: ({ addressType }) => (addressType ? [] : [requiredValue('addressType')]),
  validateUpdate: ({ addressType = '' }, old) => (addressType === old['addressType'] ? [] : [immutableField('addressType', addressType)]),
}

export const ingressClasses: Strategy = {
  ...defaultStrategy,
  generation: true,
  validate(ingressClass, old) {
    const { controller = '' } = specOf(ingressClass)
    const isChanged = old !== undefined && controller !== specOf(old)['controller']
    return [
      ...(isChanged ? [immutableField('spec.controller', controller)] : []),
      ...(controller === '' ? [requiredValue('spec.controller')] : []),
    ]
  },
}

export const ingresses: Strategy = {
  ...defaultStrategy,
  statusSeparated: true,
  metadataByStatus: 'all',
  generation: true,
  prepareCreate(draft) {
    draft['status'] = { loadBalancer: {} }
  },
  validate(ingress) {
    const { rules, defaultBackend } = specOf(ingress)
    return defaultBackend !== undefined || listAt({ rules }, 'rules').length > 0
      ? []
      : [invalidValue('spec', undefined, 'either `defaultBackend` or `rules` must be specified')]
  },
}

export const networkPolicies: Strategy = {
  ...defaultStrategy,
  generation: true,
  defaults(draft) {
    const spec = fieldsAt(draft, 'spec')
    // A policy that does not say concerns what comes in, and what goes out when it has rules for that.
    spec['policyTypes'] ??= listAt(spec, 'egress').length > 0 ? ['Ingress', 'Egress'] : ['Ingress']
    for (const rule of [...listAt(spec, 'ingress'), ...listAt(spec, 'egress')])
      for (const port of listAt(rule, 'ports')) port['protocol'] ??= 'TCP'
  },
}

export const disruptionBudgets: Strategy = {
  ...defaultStrategy,
  // The real server looks at nothing of the metadata but what it looks at for all kinds on updates.
  name: () => [],
  unconditionalUpdate: false,
  anyFinalizer: true,
  statusSeparated: true,
  metadataByStatus: 'all',
  generation: true,
}

export const autoscalers: Strategy = {
  ...defaultStrategy,
  statusSeparated: true,
  metadataByStatus: 'all',
  defaults(draft) {
    const spec = fieldsAt(draft, 'spec')
    spec['minReplicas'] ??= 1
    if (listAt(spec, 'metrics').length === 0) spec['metrics'] = usualMetrics()
    const behavior = optionalFields(spec, 'behavior')
    if (behavior === undefined) return
    fill(behavior, { scaleUp: {}, scaleDown: {} })
    fill(fieldsAt(behavior, 'scaleUp'), {
      stabilizationWindowSeconds: 0,
      selectPolicy: 'Max',
      policies: [
        { type: 'Pods', value: 4, periodSeconds: 15 },
        { type: 'Percent', value: 100, periodSeconds: 15 },
      ],
    })
    fill(fieldsAt(behavior, 'scaleDown'), { selectPolicy: 'Max', policies: [{ type: 'Percent', value: 100, periodSeconds: 15 }] })
  },
  validate(autoscaler) {
    const spec = specOf(autoscaler)
    const { maxReplicas = 0, minReplicas } = spec as { readonly maxReplicas?: number; readonly minReplicas?: number }
    const { kind, name, apiVersion = '' } = optionalFields(spec, 'scaleTargetRef') ?? {}
    const causes: StatusCause[] = []
    if (minReplicas !== undefined && minReplicas < 1)
      causes.push(invalidValue('spec.minReplicas', minReplicas, 'must be greater than or equal to 1'))
    if (maxReplicas < 1) causes.push(requiredValue('spec.maxReplicas', 'must be set and greater than 0'))
    if (minReplicas !== undefined && maxReplicas < minReplicas)
      causes.push(invalidValue('spec.maxReplicas', maxReplicas, 'must be greater than or equal to `minReplicas`'))
    if (!kind) causes.push(requiredValue('spec.scaleTargetRef.kind'))
    if (!name) causes.push(requiredValue('spec.scaleTargetRef.name'))
    if (apiVersion === '') causes.push(invalidValue('spec.scaleTargetRef.apiVersion', '', 'apiVersion must specify API group'))
    return causes
  },
}
