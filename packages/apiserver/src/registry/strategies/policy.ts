import { fieldsAt, fill, listAt, optionalFields } from '../fields.ts'
import { defaultStrategy, type Strategy, textAt } from '../strategy.ts'

export const resourceQuotas: Strategy = {
  ...defaultStrategy,
  returnsDeleted: true,
  statusSeparated: true,
  caveat: 'the embedded API server stores ResourceQuotas but does not enforce them',
}

export const limitRanges: Strategy = {
  ...defaultStrategy,
  createOnUpdate: true,
  caveat: 'the embedded API server stores LimitRanges but does not apply them to pods',
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

export const priorityClasses: Strategy = {
  ...defaultStrategy,
  generation: true,
  defaults(draft) {
    fill(draft, { preemptionPolicy: 'PreemptLowerPriority' })
  },
}

export const nodes: Strategy = {
  ...defaultStrategy,
  statusSeparated: true,
  selectable: { 'spec.unschedulable': (node) => textAt('spec', 'unschedulable')(node) || 'false' },
  prepareCreate(draft) {
    // A new node takes no pods until something has said that it is ready.
    const taint = { key: 'node.kubernetes.io/not-ready', effect: 'NoSchedule' }
    const spec = fieldsAt(draft, 'spec')
    const taints = listAt(spec, 'taints')
    if (!taints.some(({ key, effect }) => key === taint.key && effect === taint.effect)) spec['taints'] = [...taints, taint]
  },
}
