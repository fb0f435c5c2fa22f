// One API server as a program sees it. No caches and no loops: those are the runtime's.

export { connect, connectTo } from './connect.ts'
export type { ClientOptions, ClusterConnection, ConnectOptions, RequestObservation } from './connection.ts'
export type * from './contract.ts'
export { isKindNotFound, KindNotFoundError } from './kind-not-found.ts'
export * from './kinds/index.ts'
export { type KubeconfigContext, kubeconfigContexts } from './kubeconfig/contexts.ts'
export { kubeconfigFor, writeKubeconfig } from './kubeconfig/kubeconfig-text.ts'
export type { KubeconfigChoice } from './kubeconfig/selection.ts'
export type { ServerDate } from './transport/server-date.ts'
