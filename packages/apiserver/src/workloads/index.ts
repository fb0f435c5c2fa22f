// What a cluster's controllers, scheduler and kubelets do with workloads, played: everything comes to the end that it has on a cluster, and
// nothing runs. Each actuator is a pure function of what is there; actuator-loop.ts is the one place that writes.
import type { Controller, ControllerContext } from '../controllers/context.ts'
import type { Actuator } from './actuator.ts'
import { ActuatorLoop } from './actuator-loop.ts'
import { cronJobs } from './cron-jobs.ts'
import { daemonSets } from './daemon-sets.ts'
import { deployments } from './deployments.ts'
import { disruptionBudgets } from './disruption-budgets.ts'
import { endpointMirror } from './endpoint-mirror.ts'
import { endpoints } from './endpoints.ts'
import { jobs } from './jobs.ts'
import { nodes } from './nodes.ts'
import { type PodNetwork, pods } from './pods.ts'
import { replicaSets } from './replica-sets.ts'
import { replicationControllers } from './replication-controllers.ts'
import { statefulSets } from './stateful-sets.ts'
import { tokenCleaner } from './token-cleaner.ts'
import { volumeClaims } from './volume-claims.ts'
import { volumes } from './volumes.ts'

const CONTROLLERS: readonly Actuator[] = [
  deployments,
  replicaSets,
  replicationControllers,
  statefulSets,
  daemonSets,
  jobs,
  cronJobs,
  endpoints,
  endpointMirror,
  disruptionBudgets,
  tokenCleaner,
  volumes,
  volumeClaims,
]

/** Of those that can be had or left out, one by one. `pod` is scheduler, kubelet and nodes. */
export const ACTUATOR_NAMES: readonly string[] = [...CONTROLLERS.map(({ name }) => name), 'pod']

/** Starts the actuators of these names. */
export function startWorkloads(context: ControllerContext, names: ReadonlySet<string>): Controller {
  const chosen = CONTROLLERS.filter(({ name }) => names.has(name))
  return new ActuatorLoop(context, names.has('pod') ? [...chosen, pods(podNetwork()), nodes] : chosen)
}

/** 10.244.0.1 on: what a cluster of kubeadm's gives its pods. */
function podNetwork(): PodNetwork {
  let given = 0
  return {
    address() {
      given = (given + 1) % 0xffff
      return `10.244.${given >> 8}.${given & 0xff}`
    },
  }
}
