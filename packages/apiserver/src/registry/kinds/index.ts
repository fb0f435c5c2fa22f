// The kinds this server keeps, as data: one row each. A kind that a real server has and this one has not is absent, so that clients are told
// and not misled.
import type { CelEngine } from '../../admission/cel-engine.ts'
import type { ServiceAddresses } from '../service-addresses.ts'
import { certificates, rbac } from './access.ts'
import { coreKinds } from './core.ts'
import { events } from './events.ts'
import { admission, definitions, registration } from './extensions.ts'
import { flowControl } from './flow-control.ts'
import type { GroupKinds } from './kind.ts'
import { devices, node } from './machines.ts'
import { discovery, networking } from './network.ts'
import { authentication, authorization } from './reviews.ts'
import { storage } from './storage.ts'
import { apps, autoscaling, batch, coordination, firstAutoscaling, policy, scheduling } from './workloads.ts'

export interface BuiltinNeeds {
  readonly addresses: ServiceAddresses
  /** Evaluates the match conditions of webhooks. @default none: they are refused */
  readonly cel?: CelEngine
}

/** In the order in which a real server names them. */
export function builtinKinds({ addresses, cel }: BuiltinNeeds): readonly GroupKinds[] {
  return [
    coreKinds(addresses),
    registration,
    apps,
    events,
    authentication,
    authorization,
    autoscaling,
    firstAutoscaling,
    batch,
    certificates,
    networking,
    policy,
    rbac,
    storage,
    admission(cel),
    definitions,
    scheduling,
    coordination,
    node,
    discovery,
    devices,
    flowControl,
  ]
}
