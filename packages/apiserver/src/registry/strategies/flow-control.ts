import { fieldsAt, fill } from '../fields.ts'
import { defaultStrategy, type Strategy } from '../strategy.ts'

const CAVEAT = 'the embedded API server stores objects of flowcontrol.apiserver.k8s.io but serves all requests alike'

export const flowSchemas: Strategy = {
  ...defaultStrategy,
  statusSeparated: true,
  generation: true,
  caveat: CAVEAT,
  defaults(draft) {
    // 0 is no rank: Go cannot tell it from none.
    fieldsAt(draft, 'spec')['matchingPrecedence'] ||= 1000
  },
}

export const priorityLevels: Strategy = {
  ...defaultStrategy,
  statusSeparated: true,
  generation: true,
  caveat: CAVEAT,
  defaults(draft) {
    const spec = fieldsAt(draft, 'spec')
    if (spec['type'] === 'Exempt') return fill(fieldsAt(spec, 'exempt'), { nominalConcurrencyShares: 0, lendablePercent: 0 })
    if (spec['type'] !== 'Limited') return
    const limited = fieldsAt(spec, 'limited')
    fill(limited, { nominalConcurrencyShares: 30, lendablePercent: 0 })
    const response = fieldsAt(limited, 'limitResponse')
    if (response['type'] === 'Queue') fill(fieldsAt(response, 'queuing'), { handSize: 8, queues: 64, queueLengthLimit: 50 })
  },
}
