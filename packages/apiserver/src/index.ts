// The embedded Kubernetes API server.

export type { AuditOptions } from './audit/audit-log.ts'
export type { AuditPolicy } from './audit/policy.ts'
export { auditPolicyOf } from './audit/policy-document.ts'
export type { ServiceAccountOptions } from './authn/service-account-tokens.ts'
export type { AuthorizationMode } from './authz/authorizer.ts'
export type { ControllerSelection } from './controllers/selection.ts'
export { KUBERNETES_VERSION } from './discovery/version.ts'
export { type ApiServer, startApiServer } from './server/api-server.ts'
export { optionsOfFlags, SERVER_FLAGS, type ServerFlags } from './server/flags.ts'
export type { ServerConnection } from './server/kubeconfig.ts'
export type { ApiServerOptions } from './server/options.ts'
export type { HistoryBounds } from './storage/index.ts'
