// The embedded Kubernetes API server.
export { type ApiServer, startApiServer } from './server/api-server.ts'
export type { ServerConnection } from './server/kubeconfig.ts'
export type { ApiServerOptions } from './server/options.ts'
export type { HistoryBounds } from './storage/index.ts'
