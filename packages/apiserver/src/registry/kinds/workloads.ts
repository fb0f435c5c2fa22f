import { firstAutoscalers, toFirstAutoscaler, toSecondAutoscaler } from '../strategies/first-autoscalers.ts'
import { cronJobs, jobs } from '../strategies/jobs.ts'
import { leases } from '../strategies/leases.ts'
import { autoscalers, disruptionBudgets } from '../strategies/networking.ts'
import { priorityClasses } from '../strategies/priority-classes.ts'
import { controllerRevisions, daemonSets, deployments, replicaSets, statefulSets } from '../strategies/workloads.ts'
import { ALL, type GroupKinds } from './kind.ts'
import { scale } from './scale-mapping.ts'

export const apps: GroupKinds = {
  group: 'apps',
  version: 'v1',
  kinds: [
    { kind: 'ControllerRevision', plural: 'controllerrevisions', strategy: controllerRevisions },
    { kind: 'DaemonSet', plural: 'daemonsets', short: ['ds'], categories: ALL, strategy: daemonSets },
    { kind: 'Deployment', plural: 'deployments', short: ['deploy'], categories: ALL, strategy: deployments, scale },
    { kind: 'ReplicaSet', plural: 'replicasets', short: ['rs'], categories: ALL, strategy: replicaSets, scale },
    { kind: 'StatefulSet', plural: 'statefulsets', short: ['sts'], categories: ALL, strategy: statefulSets, scale },
  ],
}

export const autoscaling: GroupKinds = {
  group: 'autoscaling',
  version: 'v2',
  kinds: [{ kind: 'HorizontalPodAutoscaler', plural: 'horizontalpodautoscalers', short: ['hpa'], categories: ALL, strategy: autoscalers }],
}

export const firstAutoscaling: GroupKinds = {
  group: 'autoscaling',
  version: 'v1',
  kinds: [
    {
      kind: 'HorizontalPodAutoscaler',
      plural: 'horizontalpodautoscalers',
      short: ['hpa'],
      categories: ALL,
      strategy: firstAutoscalers(autoscalers),
      storage: { table: 'autoscaling/horizontalpodautoscalers', apiVersion: 'autoscaling/v2' },
      conversion: { toStorage: toSecondAutoscaler, fromStorage: toFirstAutoscaler },
    },
  ],
}

export const batch: GroupKinds = {
  group: 'batch',
  version: 'v1',
  kinds: [
    { kind: 'CronJob', plural: 'cronjobs', short: ['cj'], categories: ALL, strategy: cronJobs },
    { kind: 'Job', plural: 'jobs', categories: ALL, strategy: jobs },
  ],
}

export const policy: GroupKinds = {
  group: 'policy',
  version: 'v1',
  kinds: [{ kind: 'PodDisruptionBudget', plural: 'poddisruptionbudgets', short: ['pdb'], strategy: disruptionBudgets }],
}

export const scheduling: GroupKinds = {
  group: 'scheduling.k8s.io',
  version: 'v1',
  kinds: [{ kind: 'PriorityClass', plural: 'priorityclasses', cluster: true, short: ['pc'], strategy: priorityClasses }],
}

export const coordination: GroupKinds = {
  group: 'coordination.k8s.io',
  version: 'v1',
  kinds: [{ kind: 'Lease', plural: 'leases', strategy: leases }],
}
