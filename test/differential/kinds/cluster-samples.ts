import type { SampleRow } from './samples.ts'

const rules = [{ apiGroups: ['example.dev'], apiVersions: ['v1'], operations: ['CREATE'], resources: ['things'] }]
const webhook = {
  name: 'hook.example.dev',
  admissionReviewVersions: ['v1'],
  sideEffects: 'None',
  clientConfig: { url: 'https://127.0.0.1:1/hook' },
  rules,
}

export const CLUSTER_SAMPLES: readonly SampleRow[] = [
  ['v1', 'Namespace', 'namespaces', {}, { subresources: ['status'] }],
  ['v1', 'Node', 'nodes', { spec: { podCIDR: '10.2.0.0/24' } }, { subresources: ['status'] }],
  [
    'v1',
    'PersistentVolume',
    'persistentvolumes',
    { spec: { capacity: { storage: '1Gi' }, accessModes: ['ReadWriteOnce'], hostPath: { path: '/tmp/x' } } },
    { subresources: ['status'] },
  ],
  ['networking.k8s.io/v1', 'IngressClass', 'ingressclasses', { spec: { controller: 'example.dev/ingress' } }],
  ['rbac.authorization.k8s.io/v1', 'ClusterRole', 'clusterroles', { rules: [{ nonResourceURLs: ['/x'], verbs: ['get'] }] }],
  [
    'rbac.authorization.k8s.io/v1',
    'ClusterRoleBinding',
    'clusterrolebindings',
    {
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'view' },
      subjects: [{ kind: 'ServiceAccount', name: 'eve', namespace: 'default' }],
    },
  ],
  ['storage.k8s.io/v1', 'CSIDriver', 'csidrivers', { spec: { attachRequired: false } }],
  [
    'storage.k8s.io/v1',
    'CSINode',
    'csinodes',
    { spec: { drivers: [{ name: 'd.example.dev', nodeID: 'n', topologyKeys: ['example.dev/zone'] }] } },
  ],
  ['storage.k8s.io/v1', 'StorageClass', 'storageclasses', { provisioner: 'example.dev/p', parameters: { a: '1' } }],
  [
    'storage.k8s.io/v1',
    'VolumeAttachment',
    'volumeattachments',
    { spec: { attacher: 'a.example.dev', nodeName: 'n', source: { persistentVolumeName: 'pv' } } },
    { subresources: ['status'] },
  ],
  ['scheduling.k8s.io/v1', 'PriorityClass', 'priorityclasses', { value: 100, description: 'of a test' }],
  ['admissionregistration.k8s.io/v1', 'MutatingWebhookConfiguration', 'mutatingwebhookconfigurations', { webhooks: [webhook] }],
  ['admissionregistration.k8s.io/v1', 'ValidatingWebhookConfiguration', 'validatingwebhookconfigurations', { webhooks: [webhook] }],
  [
    'admissionregistration.k8s.io/v1',
    'ValidatingAdmissionPolicy',
    'validatingadmissionpolicies',
    { spec: { matchConstraints: { resourceRules: rules }, validations: [{ expression: 'object.metadata.name != "x"' }] } },
    { subresources: ['status'] },
  ],
  [
    'admissionregistration.k8s.io/v1',
    'ValidatingAdmissionPolicyBinding',
    'validatingadmissionpolicybindings',
    { spec: { policyName: 'nobody', validationActions: ['Deny'] } },
  ],
]
