// What tests of operators (ours and other people's) need: clusters, a network that misbehaves, time that obeys.
export * from './cluster/test-cluster.ts'
export * from './eventually.ts'
export * from './process/executables.ts'
export * from './proxy/fault-proxy.ts'
export type { BodyPoint, Fault, ProxiedRequest, RequestFilter } from './proxy/faults.ts'
export * from './virtual-clock.ts'
