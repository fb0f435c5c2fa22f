import { fieldsAt, fill, listAt, optionalFields } from '../fields.ts'
import { defaultStrategy, type Strategy } from '../strategy.ts'

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
}

export const ingresses: Strategy = {
  ...defaultStrategy,
  statusSeparated: true,
  generation: true,
  prepareCreate(draft) {
    draft['status'] = { loadBalancer: {} }
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
  unconditionalUpdate: false,
  statusSeparated: true,
  generation: true,
}

export const autoscalers: Strategy = {
  ...defaultStrategy,
  statusSeparated: true,
  defaults(draft) {
    const spec = fieldsAt(draft, 'spec')
    spec['minReplicas'] ??= 1
    if (listAt(spec, 'metrics').length === 0) {
      spec['metrics'] = [{ type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 80 } } }]
    }
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
}
