import { labelSelectorOf } from '@kubewright/core'
import { TABLES } from './actuator.ts'
import { replicas, terminating } from './replicas.ts'

export const replicaSets = replicas({
  name: 'replicaset',
  table: TABLES.replicaSets,
  selector: ({ spec: { selector } }) => selector && labelSelectorOf(selector),
  status: (pods) => ({ terminatingReplicas: terminating(pods) }),
})
