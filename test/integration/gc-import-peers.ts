// What peers publish as examples, in our own words and with times short enough for a test; and beside each the objects that its policies meet.
import type { KubeObject } from '@kubewright/core'

export interface Peer {
  readonly peer: string
  /** Manifests, or a rules file, as the peer takes them. */
  readonly manifests: string
  readonly objects: readonly Meeting[]
  /** What an import has to say about these manifests; every other word fails the test. */
  readonly warnings: readonly RegExp[]
}

export interface Meeting {
  /** Which of the examples it is about. */
  readonly example: string
  readonly fate: 'goes' | 'stays'
  readonly object: KubeObject & Readonly<Record<string, unknown>>
  readonly status?: object
}

const past = new Date(Date.now() - 3_600_000).toISOString().replace(/\.\d+Z$/, 'Z')
const containers = [{ name: 'c', image: 'registry.k8s.io/pause:3.10' }]
const pod = (name: string, metadata: object = {}) => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name, namespace: 'team', ...metadata },
  spec: { containers },
})
const map = (name: string, metadata: object = {}) => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name, namespace: 'team', ...metadata },
})
const workload = (kind: string, name: string, replicas: number, metadata: object = {}, labels: Readonly<Record<string, string>> = {}) => ({
  apiVersion: 'apps/v1',
  kind,
  metadata: { name, namespace: 'team', ...metadata },
  spec: {
    replicas,
    selector: { matchLabels: { a: 'b' } },
    template: { metadata: { labels: { a: 'b', ...labels } }, spec: { containers } },
    ...(kind === 'StatefulSet' && { serviceName: 'x' }),
  },
})
const job = (name: string) => ({
  apiVersion: 'batch/v1',
  kind: 'Job',
  metadata: { name, namespace: 'team' },
  spec: { template: { spec: { containers, restartPolicy: 'Never' } } },
})
const complete = {
  startTime: past,
  completionTime: past,
  succeeded: 1,
  conditions: ['SuccessCriteriaMet', 'Complete'].map((type) => ({ type, status: 'True', lastTransitionTime: past })),
}
/** Owned by something that lives on. */
const owned = { ownerReferences: [{ apiVersion: 'v1', kind: 'ConfigMap', name: 'owner', uid: 'OWNER' }] }

export const peers: readonly Peer[] = [
  {
    peer: 'kube-janitor',
    manifests: `
rules:
- { id: require-application-label, resources: [deployments, statefulsets], jmespath: "!(spec.template.metadata.labels.application)", ttl: 1s }
- { id: temporary-pr-deployments, resources: [deployments], jmespath: "starts_with(metadata.name, 'pr-')", ttl: 1s }
- { id: unused-claims, resources: [persistentvolumeclaims], jmespath: "_context.pvc_is_not_mounted && _context.pvc_is_not_referenced", ttl: 1s }
---
apiVersion: v1
kind: ConfigMap
metadata: { name: annotated, namespace: team, annotations: { janitor/ttl: 1s } }
---
apiVersion: v1
kind: ConfigMap
metadata: { name: dated, namespace: team, annotations: { janitor/expires: "2020-01-01T00:00" } }
`,
    objects: [
      { example: 'rule: label missing', fate: 'goes', object: workload('StatefulSet', 'unlabelled', 0) },
      { example: 'rule: label missing', fate: 'stays', object: workload('StatefulSet', 'labelled', 0, {}, { application: 'web' }) },
      { example: 'rule: name begins', fate: 'goes', object: workload('Deployment', 'pr-1', 0, {}, { application: 'web' }) },
      { example: 'rule: name begins', fate: 'stays', object: workload('Deployment', 'web', 0, {}, { application: 'web' }) },
      {
        example: 'rule: annotation goes first',
        fate: 'stays',
        object: workload('Deployment', 'pr-2', 0, { annotations: { 'janitor/ttl': 'forever' } }, { application: 'web' }),
      },
      {
        example: 'rule: claims nobody mounts',
        fate: 'goes',
        object: claim('unused'),
      },
      {
        example: 'rule: claims nobody mounts',
        fate: 'stays',
        object: claim('used'),
      },
      {
        example: 'rule: claims nobody mounts',
        fate: 'stays',
        object: { ...pod('mounts'), spec: { containers, volumes: [{ name: 'v', persistentVolumeClaim: { claimName: 'used' } }] } },
      },
      { example: 'annotation ttl', fate: 'goes', object: map('annotated', { annotations: { 'janitor/ttl': '1s' } }) },
      { example: 'annotation ttl', fate: 'stays', object: map('long', { annotations: { 'janitor/ttl': '2w' } }) },
      { example: 'annotation expires', fate: 'goes', object: map('dated', { annotations: { 'janitor/expires': '2020-01-01T00:00' } }) },
      { example: 'annotation expires', fate: 'stays', object: map('later', { annotations: { 'janitor/expires': '2999-01-01' } }) },
      { example: 'annotation ttl', fate: 'stays', object: map('silent') },
    ],
    warnings: [/of several rules the first counted there/],
  },
  {
    peer: 'k8s-ttl-controller',
    manifests: `
apiVersion: v1
kind: Pod
metadata: { name: hello, namespace: team, annotations: { k8s-ttl-controller.twin.sh/ttl: 1s } }
---
apiVersion: v1
kind: ConfigMap
metadata: { name: any, namespace: team, annotations: { k8s-ttl-controller.twin.sh/ttl: 1h } }
`,
    objects: [
      { example: 'a Pod', fate: 'goes', object: pod('hello', { annotations: { 'k8s-ttl-controller.twin.sh/ttl': '1s' } }) },
      { example: 'a Pod', fate: 'stays', object: pod('web') },
      { example: 'a ConfigMap', fate: 'goes', object: map('soon', { annotations: { 'k8s-ttl-controller.twin.sh/ttl': '1s' } }) },
      { example: 'a ConfigMap', fate: 'stays', object: map('any', { annotations: { 'k8s-ttl-controller.twin.sh/ttl': '1h' } }) },
      {
        example: 'refreshed',
        fate: 'stays',
        object: map('refreshed', {
          annotations: {
            'k8s-ttl-controller.twin.sh/ttl': '1s',
            'k8s-ttl-controller.twin.sh/refreshed-at': new Date(Date.now() + 3_600_000).toISOString(),
          },
        }),
      },
    ],
    warnings: [],
  },
  {
    peer: 'Kyverno',
    manifests: `
apiVersion: kyverno.io/v2
kind: ClusterCleanupPolicy
metadata: { name: removable-deployments }
spec:
  match: { any: [{ resources: { kinds: [Deployment], selector: { matchLabels: { canremove: "true" } } } }] }
  conditions: { any: [{ key: "{{ target.spec.replicas }}", operator: LessThan, value: 2 }] }
  schedule: "* * * * *"
---
apiVersion: kyverno.io/v2beta1
kind: ClusterCleanupPolicy
metadata: { name: bare-pods }
spec:
  match: { any: [{ resources: { kinds: [Pod] } }] }
  exclude: { any: [{ resources: { namespaces: [other] } }] }
  conditions: { all: [{ key: "{{ target.metadata.ownerReferences[] || \`[]\` }}", operator: Equals, value: [] }] }
  schedule: "* * * * *"
---
apiVersion: kyverno.io/v2alpha1
kind: CleanupPolicy
metadata: { name: empty-replicasets, namespace: team }
spec:
  match: { any: [{ resources: { kinds: [ReplicaSet] } }] }
  conditions:
    all:
    - { key: "{{ target.spec.replicas }}", operator: Equals, value: 0 }
    - { key: "{{ time_since('', '{{ target.metadata.creationTimestamp }}', '') }}", operator: GreaterThan, value: 1s }
  schedule: "* * * * *"
---
apiVersion: v1
kind: ConfigMap
metadata: { name: labelled, namespace: team, labels: { cleanup.kyverno.io/ttl: 1s } }
`,
    objects: [
      { example: 'few replicas', fate: 'goes', object: workload('Deployment', 'small', 1, { labels: { canremove: 'true' } }) },
      { example: 'few replicas', fate: 'stays', object: workload('Deployment', 'large', 2, { labels: { canremove: 'true' } }) },
      { example: 'few replicas', fate: 'stays', object: workload('Deployment', 'needed', 1) },
      { example: 'bare Pods', fate: 'goes', object: pod('bare') },
      { example: 'bare Pods', fate: 'stays', object: pod('owned', owned) },
      { example: 'bare Pods', fate: 'stays', object: pod('excluded', { namespace: 'other' }) },
      { example: 'empty ReplicaSets', fate: 'goes', object: workload('ReplicaSet', 'empty', 0) },
      { example: 'empty ReplicaSets', fate: 'stays', object: workload('ReplicaSet', 'full', 1) },
      { example: 'empty ReplicaSets', fate: 'stays', object: workload('ReplicaSet', 'elsewhere', 0, { namespace: 'other' }) },
      { example: 'TTL label', fate: 'goes', object: map('labelled', { labels: { 'cleanup.kyverno.io/ttl': '1s' } }) },
      { example: 'TTL label', fate: 'stays', object: map('patient', { labels: { 'cleanup.kyverno.io/ttl': '1h' } }) },
      { example: 'TTL label', fate: 'stays', object: map('silent') },
    ],
    warnings: [],
  },
  {
    peer: 'Kyverno, in CEL',
    manifests: `
apiVersion: policies.kyverno.io/v1
kind: DeletingPolicy
metadata: { name: old-test-pods }
spec:
  schedule: "* * * * *"
  matchConstraints:
    resourceRules: [{ apiGroups: [""], apiVersions: [v1], operations: ["*"], resources: [pods], scope: Namespaced }]
    namespaceSelector: { matchLabels: { environment: test } }
  conditions: [{ name: old, expression: "now() - object.metadata.creationTimestamp > duration('1s')" }]
---
apiVersion: policies.kyverno.io/v1beta1
kind: NamespacedDeletingPolicy
metadata: { name: failed-pods, namespace: team }
spec:
  schedule: "* * * * *"
  matchConstraints: { resourceRules: [{ apiGroups: [""], apiVersions: [v1], resources: [pods] }] }
  conditions: [{ name: failed, expression: "has(object.status) && has(object.status.phase) && object.status.phase == 'Failed'" }]
---
apiVersion: policies.kyverno.io/v1alpha1
kind: DeletingPolicy
metadata: { name: ephemeral }
spec:
  schedule: "* * * * *"
  matchConstraints:
    resourceRules: [{ apiGroups: [""], apiVersions: [v1], resources: [configmaps] }]
    objectSelector: { matchLabels: { kept: "no" } }
  variables: [{ name: ephemeral, expression: "has(object.metadata.labels.ephemeral) && object.metadata.labels.ephemeral == 'true'" }]
  conditions: [{ name: ephemeral, expression: "variables.ephemeral" }]
`,
    objects: [
      { example: 'old test Pods', fate: 'goes', object: pod('old', { namespace: 'testing' }) },
      { example: 'old test Pods', fate: 'stays', object: pod('other', { namespace: 'other' }) },
      { example: 'failed Pods', fate: 'goes', object: pod('failed'), status: { phase: 'Failed' } },
      { example: 'failed Pods', fate: 'stays', object: pod('runs'), status: { phase: 'Running' } },
      { example: 'failed Pods', fate: 'stays', object: pod('elsewhere', { namespace: 'other' }), status: { phase: 'Failed' } },
      { example: 'variables', fate: 'goes', object: map('ephemeral', { labels: { kept: 'no', ephemeral: 'true' } }) },
      { example: 'variables', fate: 'stays', object: map('lasting', { labels: { kept: 'no', ephemeral: 'false' } }) },
      { example: 'variables', fate: 'stays', object: map('unselected', { labels: { ephemeral: 'true' } }) },
    ],
    warnings: [],
  },
  {
    peer: 'zen-gc',
    manifests: `
apiVersion: gc.kube-zen.io/v1alpha1
kind: GarbageCollectionPolicy
metadata: { name: temp-config, namespace: team }
spec:
  targetResource: { apiVersion: v1, kind: ConfigMap, namespace: team, labelSelector: { matchLabels: { temporary: "true" } } }
  ttl: { secondsAfterCreation: 1 }
---
apiVersion: gc.ops.zen-mesh.io/v1alpha1
kind: GarbageCollectionPolicy
metadata: { name: finished-jobs, namespace: team }
spec:
  targetResource: { apiVersion: batch/v1, kind: Job, namespace: team }
  ttl: { relativeTo: status.completionTime, secondsAfter: 60 }
  conditions: { and: [{ fieldPath: status.succeeded, operator: Equals, value: "1" }] }
---
apiVersion: gc.zen-mesh.io/v1alpha1
kind: GarbageCollectionPolicy
metadata: { name: by-severity, namespace: team }
spec:
  targetResource: { apiVersion: v1, kind: ConfigMap, namespace: team, labelSelector: { matchExpressions: [{ key: severity, operator: Exists }] } }
  ttl: { fieldPath: metadata.labels.severity, mappings: { low: 1, high: 86400 }, default: 86400 }
---
apiVersion: gc.kube-zen.io/v1alpha1
kind: GarbageCollectionPolicy
metadata: { name: evicted-pods, namespace: team }
spec:
  targetResource: { apiVersion: v1, kind: Pod, namespace: "*" }
  ttl: { secondsAfterCreation: 1 }
  conditions: { phase: [Failed], and: [{ fieldPath: status.reason, operator: Equals, value: Evicted }] }
---
apiVersion: gc.kube-zen.io/v1alpha1
kind: GarbageCollectionPolicy
metadata: { name: orphaned-replicasets, namespace: team }
spec:
  targetResource: { apiVersion: apps/v1, kind: ReplicaSet, namespace: team }
  ttl: { secondsAfterCreation: 1 }
  conditions: { and: [{ fieldPath: spec.replicas, operator: Equals, value: "0" }, { fieldPath: metadata.ownerReferences, operator: DoesNotExist }] }
`,
    objects: [
      { example: 'temporary ConfigMaps', fate: 'goes', object: map('temporary', { labels: { temporary: 'true' } }) },
      { example: 'temporary ConfigMaps', fate: 'stays', object: map('lasting', { labels: { temporary: 'false' } }) },
      { example: 'finished Jobs', fate: 'goes', object: job('finished'), status: complete },
      { example: 'finished Jobs', fate: 'stays', object: job('runs') },
      { example: 'mapped', fate: 'goes', object: map('low', { labels: { severity: 'low' } }) },
      { example: 'mapped', fate: 'stays', object: map('high', { labels: { severity: 'high' } }) },
      { example: 'mapped', fate: 'stays', object: map('odd', { labels: { severity: 'odd' } }) },
      {
        example: 'evicted Pods',
        fate: 'goes',
        object: pod('evicted', { namespace: 'other' }),
        status: { phase: 'Failed', reason: 'Evicted' },
      },
      { example: 'evicted Pods', fate: 'stays', object: pod('crashed'), status: { phase: 'Failed', reason: 'Error' } },
      { example: 'ReplicaSets', fate: 'goes', object: workload('ReplicaSet', 'empty', 0) },
      { example: 'ReplicaSets', fate: 'stays', object: workload('ReplicaSet', 'owned', 0, owned) },
      { example: 'ReplicaSets', fate: 'stays', object: workload('ReplicaSet', 'full', 1) },
    ],
    warnings: [/evicted-pods: spec\.targetResource\.namespace is "\*"/],
  },
]

function claim(name: string) {
  return {
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: { name, namespace: 'team' },
    spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } },
  }
}
