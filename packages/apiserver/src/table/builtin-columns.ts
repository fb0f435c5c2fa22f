import { age, type Column, name } from './column.ts'
import * as cluster from './columns/cluster.ts'
import * as core from './columns/core.ts'
import * as network from './columns/network.ts'
import { podColumns } from './columns/pods.ts'
import * as storage from './columns/storage.ts'
import * as workloads from './columns/workloads.ts'

/** By `Kind` of the core group and `Kind.group` of the others: all versions of a kind show the same. */
const COLUMNS: Readonly<Record<string, readonly Column[]>> = {
  ComponentStatus: core.componentStatusColumns,
  ConfigMap: core.configMapColumns,
  Endpoints: network.endpointsColumns,
  Event: core.eventColumns,
  LimitRange: core.limitRangeColumns,
  Namespace: core.namespaceColumns,
  Node: core.nodeColumns,
  PersistentVolume: storage.persistentVolumeColumns,
  PersistentVolumeClaim: storage.persistentVolumeClaimColumns,
  Pod: podColumns,
  PodTemplate: workloads.podTemplateColumns,
  ReplicationController: workloads.replicationControllerColumns,
  ResourceQuota: core.resourceQuotaColumns,
  Secret: core.secretColumns,
  Service: network.serviceColumns,
  'APIService.apiregistration.k8s.io': cluster.apiServiceColumns,
  'ClusterRole.rbac.authorization.k8s.io': cluster.createdAtColumns,
  'ClusterRoleBinding.rbac.authorization.k8s.io': cluster.bindingColumns,
  'ControllerRevision.apps': workloads.controllerRevisionColumns,
  'CronJob.batch': workloads.cronJobColumns,
  'CustomResourceDefinition.apiextensions.k8s.io': cluster.createdAtColumns,
  'CSIDriver.storage.k8s.io': storage.csiDriverColumns,
  'CSINode.storage.k8s.io': storage.csiNodeColumns,
  'CSIStorageCapacity.storage.k8s.io': cluster.createdAtColumns,
  'DaemonSet.apps': workloads.daemonSetColumns,
  'Deployment.apps': workloads.deploymentColumns,
  'EndpointSlice.discovery.k8s.io': network.endpointSliceColumns,
  'Event.events.k8s.io': core.eventColumns,
  'HorizontalPodAutoscaler.autoscaling': cluster.autoscalerColumns,
  'Ingress.networking.k8s.io': network.ingressColumns,
  'IngressClass.networking.k8s.io': network.ingressClassColumns,
  'Job.batch': workloads.jobColumns,
  'Lease.coordination.k8s.io': cluster.leaseColumns,
  'MutatingAdmissionPolicy.admissionregistration.k8s.io': cluster.mutatingPolicyColumns,
  'MutatingAdmissionPolicyBinding.admissionregistration.k8s.io': cluster.admissionPolicyBindingColumns,
  'MutatingWebhookConfiguration.admissionregistration.k8s.io': cluster.webhookColumns,
  'NetworkPolicy.networking.k8s.io': network.networkPolicyColumns,
  'PodDisruptionBudget.policy': cluster.disruptionBudgetColumns,
  'PriorityClass.scheduling.k8s.io': cluster.priorityClassColumns,
  'ReplicaSet.apps': workloads.replicaSetColumns,
  'Role.rbac.authorization.k8s.io': cluster.createdAtColumns,
  'RoleBinding.rbac.authorization.k8s.io': cluster.bindingColumns,
  'RuntimeClass.node.k8s.io': cluster.runtimeClassColumns,
  'StatefulSet.apps': workloads.statefulSetColumns,
  'StorageClass.storage.k8s.io': storage.storageClassColumns,
  'ValidatingAdmissionPolicy.admissionregistration.k8s.io': cluster.admissionPolicyColumns,
  'ValidatingAdmissionPolicyBinding.admissionregistration.k8s.io': cluster.admissionPolicyBindingColumns,
  'VolumeAttachment.storage.k8s.io': storage.volumeAttachmentColumns,
  'ValidatingWebhookConfiguration.admissionregistration.k8s.io': cluster.webhookColumns,
}

/** The columns of a built-in kind; Name and Age where it has none of its own. */
export function builtinColumns(kind: { readonly group: string; readonly kind: string }): readonly Column[] {
  const key = kind.group === '' ? kind.kind : `${kind.kind}.${kind.group}`
  return (Object.hasOwn(COLUMNS, key) ? COLUMNS[key] : undefined) ?? [name, age]
}
