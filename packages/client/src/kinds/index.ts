// Built-in kinds: the type of the objects and the descriptor for requests, under one name. The kinds that programs use most stand here by
// themselves; all of them, and the types of their parts, are in the namespaces (`coreV1.Container`, `networkingV1.Ingress`).
export { CustomResourceDefinition } from './generated/apiextensions-v1.ts'
export { DaemonSet, Deployment, ReplicaSet, StatefulSet } from './generated/apps-v1.ts'
export { CronJob, Job } from './generated/batch-v1.ts'
export { Lease } from './generated/coordination-v1.ts'
export {
  ConfigMap,
  Event,
  Namespace,
  Node,
  PersistentVolume,
  PersistentVolumeClaim,
  Pod,
  Secret,
  Service,
  ServiceAccount,
} from './generated/core-v1.ts'
/** The form of Events to write; core/v1 `Event` shows the same objects. Named apart, as programs may need both. */
export { Event as EventsV1Event } from './generated/events-v1.ts'
export * from './generated/index.ts'
export { Ingress, NetworkPolicy } from './generated/networking-v1.ts'
export { ClusterRole, ClusterRoleBinding, Role, RoleBinding } from './generated/rbac-v1.ts'
