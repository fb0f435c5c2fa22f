import { flowSchemas, priorityLevels } from '../strategies/flow-control.ts'
import type { GroupKinds } from './kind.ts'

export const flowControl: GroupKinds = {
  group: 'flowcontrol.apiserver.k8s.io',
  version: 'v1',
  kinds: [
    { kind: 'FlowSchema', plural: 'flowschemas', cluster: true, strategy: flowSchemas },
    { kind: 'PriorityLevelConfiguration', plural: 'prioritylevelconfigurations', cluster: true, strategy: priorityLevels },
  ],
}
