import { deepEqual } from '@kubewright/core'
import { forbiddenValue } from '../../status/index.ts'
import { fieldsAt, fill, listAt, optionalFields } from '../fields.ts'
import { defaultStrategy, type Strategy, textAt } from '../strategy.ts'

export const resourceQuotas: Strategy = {
  ...defaultStrategy,
  returnsDeleted: true,
  statusSeparated: true,
  metadataByStatus: 'all',
}

export const limitRanges: Strategy = {
  ...defaultStrategy,
  createOnUpdate: true,
  prepareCreate(draft, { uid }) {
    draft.metadata.name ||= uid
  },
  defaults(draft) {
    for (const limit of listAt(fieldsAt(draft, 'spec'), 'limits')) {
      if (limit['type'] !== 'Container') continue
      const max = optionalFields(limit, 'max')
      if (max !== undefined) fill(fieldsAt(limit, 'default'), max)
      const request = { ...optionalFields(limit, 'min'), ...optionalFields(limit, 'default') }
      if (Object.keys(request).length > 0) fill(fieldsAt(limit, 'defaultRequest'), request)
    }
  },
}

export const nodes: Strategy = {
  ...defaultStrategy,
  statusSeparated: true,
  metadataByStatus: 'all',
  defaults(draft) {
    const spec = fieldsAt(draft, 'spec')
    if (spec['podCIDR'] !== undefined) spec['podCIDRs'] ??= [spec['podCIDR']]
  },
  selectable: { 'spec.unschedulable': (node) => textAt('spec', 'unschedulable')(node) || 'false' },
  prepareCreate(draft) {
    // A new node takes no pods until something has said that it is ready.
    const taint = { key: 'node.kubernetes.io/not-ready', effect: 'NoSchedule' }
    const spec = fieldsAt(draft, 'spec')
    const taints = listAt(spec, 'taints')
    if (!taints.some(({ key, effect }) => key === taint.key && effect === taint.effect)) spec['taints'] = [...taints, taint]
  },
  validateUpdate({ spec }, old) {
    const { podCIDRs: before } = fieldsAt({ spec: old['spec'] }, 'spec')
    const { podCIDRs: after } = fieldsAt({ spec }, 'spec')
    return before === undefined || deepEqual(before, after)
      ? []
      : [forbiddenValue('spec.podCIDRs', 'node updates may not change podCIDR except from "" to valid')]
  },
}
