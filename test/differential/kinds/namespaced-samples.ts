import type { SampleRow } from './samples.ts'

const labels = { app: 'x' }
const podSpec = { containers: [{ name: 'main', image: 'image:1', ports: [{ containerPort: 80 }] }] }
const template = { metadata: { labels }, spec: podSpec }
const selector = { matchLabels: labels }
const onFailure = { metadata: { labels }, spec: { ...podSpec, restartPolicy: 'OnFailure' } }

export const NAMESPACED_SAMPLES: readonly SampleRow[] = [
  ['v1', 'ConfigMap', 'configmaps', { data: { a: '1' }, binaryData: { b: 'AAEC' } }],
  ['v1', 'Secret', 'secrets', { stringData: { a: '1' } }],
  ['v1', 'ServiceAccount', 'serviceaccounts', {}],
  ['v1', 'Endpoints', 'endpoints', { subsets: [{ addresses: [{ ip: '10.1.2.3' }], ports: [{ port: 80 }] }] }],
  ['v1', 'LimitRange', 'limitranges', { spec: { limits: [{ type: 'Container', default: { cpu: '500m' } }] } }],
  [
    'v1',
    'ResourceQuota',
    'resourcequotas',
    { spec: { hard: { secrets: '100', 'count/leases.coordination.k8s.io': '1k' } } },
    { subresources: ['status'] },
  ],
  [
    'v1',
    'PersistentVolumeClaim',
    'persistentvolumeclaims',
    { spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } } },
    { subresources: ['status'] },
  ],
  // The real server runs without the plugin that names the account.
  ['v1', 'Pod', 'pods', { spec: { ...podSpec, serviceAccountName: 'default' } }, { subresources: ['status'] }],
  ['v1', 'PodTemplate', 'podtemplates', { template }],
  [
    'v1',
    'ReplicationController',
    'replicationcontrollers',
    { spec: { replicas: 1, selector: labels, template } },
    { subresources: ['status', 'scale'] },
  ],
  ['v1', 'Service', 'services', { spec: { selector: labels, ports: [{ port: 80 }] } }, { subresources: ['status'] }],
  ['apps/v1', 'ControllerRevision', 'controllerrevisions', { revision: 1, data: { a: 1 } }],
  ['apps/v1', 'DaemonSet', 'daemonsets', { spec: { selector, template } }, { subresources: ['status'] }],
  ['apps/v1', 'Deployment', 'deployments', { spec: { replicas: 2, selector, template } }, { subresources: ['status', 'scale'] }],
  ['apps/v1', 'ReplicaSet', 'replicasets', { spec: { selector, template } }, { subresources: ['status', 'scale'] }],
  ['apps/v1', 'StatefulSet', 'statefulsets', { spec: { serviceName: 's', selector, template } }, { subresources: ['status', 'scale'] }],
  [
    'autoscaling/v2',
    'HorizontalPodAutoscaler',
    'horizontalpodautoscalers',
    {
      spec: {
        maxReplicas: 3,
        scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'd' },
        metrics: [{ type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 50 } } }],
      },
    },
    { subresources: ['status'] },
  ],
  [
    'batch/v1',
    'CronJob',
    'cronjobs',
    { spec: { schedule: '*/5 * * * *', jobTemplate: { spec: { template: onFailure } } } },
    { subresources: ['status'] },
  ],
  ['batch/v1', 'Job', 'jobs', { spec: { template: { spec: onFailure.spec } } }, { subresources: ['status'] }],
  ['coordination.k8s.io/v1', 'Lease', 'leases', { spec: { holderIdentity: 'me', leaseDurationSeconds: 15 } }],
  [
    'discovery.k8s.io/v1',
    'EndpointSlice',
    'endpointslices',
    { addressType: 'IPv4', endpoints: [{ addresses: ['10.1.2.3'] }], ports: [{ name: 'http', port: 80 }] },
  ],
  [
    'networking.k8s.io/v1',
    'Ingress',
    'ingresses',
    {
      spec: {
        rules: [
          {
            host: 'a.example.org',
            http: { paths: [{ path: '/', pathType: 'Prefix', backend: { service: { name: 's', port: { number: 80 } } } }] },
          },
        ],
      },
    },
    { subresources: ['status'] },
  ],
  [
    'networking.k8s.io/v1',
    'NetworkPolicy',
    'networkpolicies',
    { spec: { podSelector: selector, ingress: [{ from: [{ podSelector: {} }], ports: [{ port: 80 }] }] } },
  ],
  ['policy/v1', 'PodDisruptionBudget', 'poddisruptionbudgets', { spec: { minAvailable: 1, selector } }, { subresources: ['status'] }],
  ['rbac.authorization.k8s.io/v1', 'Role', 'roles', { rules: [{ apiGroups: [''], resources: ['pods'], verbs: ['get'] }] }],
  [
    'rbac.authorization.k8s.io/v1',
    'RoleBinding',
    'rolebindings',
    {
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'view' },
      subjects: [{ kind: 'User', name: 'eve' }],
    },
  ],
  [
    'storage.k8s.io/v1',
    'CSIStorageCapacity',
    'csistoragecapacities',
    { storageClassName: 'fast', capacity: '10Gi', nodeTopology: selector },
  ],
]
