import { labelSelectorOf } from '@kubewright/core'
import { TABLES } from './actuator.ts'
import { replicas } from './replicas.ts'

/** What ReplicaSets were before selectors had operators: theirs is a plain map of labels. */
export const replicationControllers = replicas({
  name: 'replicationcontroller',
  table: TABLES.replicationControllers,
  selector({ spec: { selector } }) {
    const matchLabels = selector as Readonly<Record<string, string>> | undefined
    return matchLabels && labelSelectorOf({ matchLabels })
  },
})
