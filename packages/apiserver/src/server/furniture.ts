import type { DynamicObject } from '@kubewright/core'
import { SYSTEM_CLASSES } from '../registry/strategies/priority-classes.ts'

type Piece = readonly [plural: string, group: string, object: DynamicObject]

/** Objects in which a cluster describes itself, beside its namespaces and its one service. */
export function furniture(running: ReadonlySet<string>): readonly Piece[] {
  return [
    component('scheduler', running.has('pod')),
    component('controller-manager', running.size > 0),
    component('etcd-0', true),
    ...SYSTEM_CLASSES.map(
      ({ name, ...priorityClass }): Piece => ['priorityclasses', 'scheduling.k8s.io', { metadata: { name }, ...priorityClass }],
    ),
    ['servicecidrs', 'networking.k8s.io', { metadata: { name: 'kubernetes' }, spec: { cidrs: ['10.96.0.0/16'] } }],
  ]
}

/** They are parts of this process: who works is well. */
function component(name: string, works: boolean): Piece {
  const condition = works
    ? { type: 'Healthy', status: 'True', message: 'ok' }
    : { type: 'Healthy', status: 'False', message: 'this server was started without it' }
  return ['componentstatuses', '', { metadata: { name }, conditions: [condition] }]
}
