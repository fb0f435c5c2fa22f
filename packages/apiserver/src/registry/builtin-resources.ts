import type { DynamicObject, LabelSelectorSpec } from '@kubewright/core'
import { labelSelectorOf, printLabelSelector } from '@kubewright/core'
import type { CelEngine } from '../admission/cel-engine.ts'
import { kindOfType, schemaOf } from '../builtin/index.ts'
import { lazy } from '../builtin/type-table.ts'
import { type Fields, optionalFields } from './fields.ts'
import {
  type ActionResource,
  apiVersionOfResource,
  type ScaleMapping,
  type ServedResource,
  type StoredResource,
  type Subresource,
} from './resource.ts'
import { validatingPolicies, validatingPolicyBindings } from './strategies/admission-policies.ts'
import { configMaps, secrets } from './strategies/config.ts'
import { customResourceDefinitions } from './strategies/custom-resource-definitions.ts'
import { events, modernEvents, toCoreEvent, toModernEvent } from './strategies/events.ts'
import { cronJobs, jobs } from './strategies/jobs.ts'
import { leases } from './strategies/leases.ts'
import { namespaces } from './strategies/namespaces.ts'
import { autoscalers, disruptionBudgets, endpointSlices, endpoints, ingresses, networkPolicies } from './strategies/networking.ts'
import { pods } from './strategies/pods.ts'
import { limitRanges, nodes, priorityClasses, resourceQuotas } from './strategies/policy.ts'
import { clusterRoleBindings, roleBindings, roles } from './strategies/rbac.ts'
import { type ServiceAddresses, services } from './strategies/services.ts'
import { csiDrivers, persistentVolumeClaims, persistentVolumes, storageClasses } from './strategies/volumes.ts'
import { webhookConfigurations } from './strategies/webhook-configurations.ts'
import {
  controllerRevisions,
  daemonSets,
  deployments,
  podTemplates,
  replicaSets,
  replicationControllers,
  statefulSets,
} from './strategies/workloads.ts'
import { defaultStrategy, type Strategy } from './strategy.ts'
import { typedForm } from './typed-form.ts'

const ALL_VERBS = ['create', 'delete', 'deletecollection', 'get', 'list', 'patch', 'update', 'watch']
const READ_VERBS = ['get', 'list', 'watch']
const SUBRESOURCE_VERBS = ['get', 'patch', 'update']

interface Row {
  readonly kind: string
  readonly plural: string
  readonly cluster?: true
  readonly short?: readonly string[]
  readonly categories?: readonly string[]
  readonly verbs?: readonly string[]
  readonly strategy?: Strategy
  /** Beside `status`, which follows from the strategy, and `scale`, which follows from {@link scale}. */
  readonly subresources?: readonly Subresource[]
  readonly scale?: ScaleMapping
  readonly table?: string
  readonly conversion?: StoredResource['conversion']
}

const ALL = ['all']
const TOKEN: Subresource = {
  name: 'token',
  kind: { group: 'authentication.k8s.io', version: 'v1', kind: 'TokenRequest' },
  verbs: ['create'],
}

const POD_ACTIONS: readonly Subresource[] = [
  { name: 'binding', kind: { group: '', version: 'v1', kind: 'Binding' }, verbs: ['create'] },
  { name: 'eviction', kind: { group: 'policy', version: 'v1', kind: 'Eviction' }, verbs: ['create'] },
]

const labelSelectorText = (object: DynamicObject): string | undefined => {
  const selector = optionalFields(optionalFields(object as Fields, 'spec') ?? {}, 'selector')
  return selector && printLabelSelector(labelSelectorOf(selector as LabelSelectorSpec))
}
/** ReplicationControllers have a plain map. */
const mapSelectorText = (object: DynamicObject): string | undefined => {
  const matchLabels = optionalFields(optionalFields(object as Fields, 'spec') ?? {}, 'selector') as
    | Readonly<Record<string, string>>
    | undefined
  return matchLabels && printLabelSelector(labelSelectorOf({ matchLabels }))
}
const scale: ScaleMapping = { replicas: ['spec', 'replicas'], statusReplicas: ['status', 'replicas'], selector: labelSelectorText }

/** The kinds this server keeps, as data. A kind that a real server has and this one has not is absent, so that clients are told and not misled. */
function groups({ addresses, cel }: BuiltinNeeds): readonly (readonly [group: string, version: string, rows: readonly Row[]])[] {
  return [
    [
      '',
      'v1',
      [
        { kind: 'ConfigMap', plural: 'configmaps', short: ['cm'], strategy: configMaps },
        { kind: 'Endpoints', plural: 'endpoints', short: ['ep'], strategy: endpoints },
        { kind: 'Event', plural: 'events', short: ['ev'], strategy: events },
        { kind: 'LimitRange', plural: 'limitranges', short: ['limits'], strategy: limitRanges },
        {
          kind: 'Namespace',
          plural: 'namespaces',
          cluster: true,
          short: ['ns'],
          verbs: ALL_VERBS.filter((verb) => verb !== 'deletecollection'),
          strategy: namespaces,
          subresources: [{ name: 'finalize', verbs: ['update'] }],
        },
        { kind: 'Node', plural: 'nodes', cluster: true, short: ['no'], strategy: nodes },
        { kind: 'PersistentVolumeClaim', plural: 'persistentvolumeclaims', short: ['pvc'], strategy: persistentVolumeClaims },
        { kind: 'PersistentVolume', plural: 'persistentvolumes', cluster: true, short: ['pv'], strategy: persistentVolumes },
        { kind: 'Pod', plural: 'pods', short: ['po'], categories: ALL, strategy: pods, subresources: POD_ACTIONS },
        { kind: 'PodTemplate', plural: 'podtemplates', strategy: podTemplates },
        {
          kind: 'ReplicationController',
          plural: 'replicationcontrollers',
          short: ['rc'],
          categories: ALL,
          strategy: replicationControllers,
          scale: { ...scale, selector: mapSelectorText },
        },
        { kind: 'ResourceQuota', plural: 'resourcequotas', short: ['quota'], strategy: resourceQuotas },
        { kind: 'Secret', plural: 'secrets', strategy: secrets },
        {
          kind: 'ServiceAccount',
          plural: 'serviceaccounts',
          short: ['sa'],
          strategy: { ...defaultStrategy, returnsDeleted: true },
          subresources: [TOKEN],
        },
        { kind: 'Service', plural: 'services', short: ['svc'], categories: ALL, strategy: services(addresses) },
      ],
    ],
    [
      'apiregistration.k8s.io',
      'v1',
      [{ kind: 'APIService', plural: 'apiservices', cluster: true, categories: ['api-extensions'], verbs: READ_VERBS }],
    ],
    [
      'apps',
      'v1',
      [
        { kind: 'ControllerRevision', plural: 'controllerrevisions', strategy: controllerRevisions },
        { kind: 'DaemonSet', plural: 'daemonsets', short: ['ds'], categories: ALL, strategy: daemonSets },
        { kind: 'Deployment', plural: 'deployments', short: ['deploy'], categories: ALL, strategy: deployments, scale },
        { kind: 'ReplicaSet', plural: 'replicasets', short: ['rs'], categories: ALL, strategy: replicaSets, scale },
        { kind: 'StatefulSet', plural: 'statefulsets', short: ['sts'], categories: ALL, strategy: statefulSets, scale },
      ],
    ],
    [
      'events.k8s.io',
      'v1',
      [
        {
          kind: 'Event',
          plural: 'events',
          short: ['ev'],
          strategy: modernEvents,
          table: '/events',
          conversion: { toStorage: toCoreEvent, fromStorage: toModernEvent },
        },
      ],
    ],
    [
      'autoscaling',
      'v2',
      [{ kind: 'HorizontalPodAutoscaler', plural: 'horizontalpodautoscalers', short: ['hpa'], categories: ALL, strategy: autoscalers }],
    ],
    [
      'batch',
      'v1',
      [
        { kind: 'CronJob', plural: 'cronjobs', short: ['cj'], categories: ALL, strategy: cronJobs },
        { kind: 'Job', plural: 'jobs', categories: ALL, strategy: jobs },
      ],
    ],
    [
      'networking.k8s.io',
      'v1',
      [
        { kind: 'IngressClass', plural: 'ingressclasses', cluster: true, strategy: { ...defaultStrategy, generation: true } },
        { kind: 'Ingress', plural: 'ingresses', short: ['ing'], strategy: ingresses },
        { kind: 'NetworkPolicy', plural: 'networkpolicies', short: ['netpol'], strategy: networkPolicies },
      ],
    ],
    ['policy', 'v1', [{ kind: 'PodDisruptionBudget', plural: 'poddisruptionbudgets', short: ['pdb'], strategy: disruptionBudgets }]],
    [
      'rbac.authorization.k8s.io',
      'v1',
      [
        { kind: 'ClusterRoleBinding', plural: 'clusterrolebindings', cluster: true, strategy: clusterRoleBindings },
        { kind: 'ClusterRole', plural: 'clusterroles', cluster: true, strategy: roles },
        { kind: 'RoleBinding', plural: 'rolebindings', strategy: roleBindings },
        { kind: 'Role', plural: 'roles', strategy: roles },
      ],
    ],
    [
      'storage.k8s.io',
      'v1',
      [
        { kind: 'CSIDriver', plural: 'csidrivers', cluster: true, strategy: csiDrivers },
        { kind: 'CSINode', plural: 'csinodes', cluster: true },
        { kind: 'CSIStorageCapacity', plural: 'csistoragecapacities' },
        { kind: 'StorageClass', plural: 'storageclasses', cluster: true, short: ['sc'], strategy: storageClasses },
        { kind: 'VolumeAttachment', plural: 'volumeattachments', cluster: true, strategy: { ...defaultStrategy, statusSeparated: true } },
      ],
    ],
    [
      'admissionregistration.k8s.io',
      'v1',
      [
        {
          kind: 'MutatingWebhookConfiguration',
          plural: 'mutatingwebhookconfigurations',
          cluster: true,
          categories: ['api-extensions'],
          strategy: webhookConfigurations('mutating', cel),
        },
        {
          kind: 'ValidatingAdmissionPolicy',
          plural: 'validatingadmissionpolicies',
          cluster: true,
          categories: ['api-extensions'],
          strategy: validatingPolicies,
        },
        {
          kind: 'ValidatingAdmissionPolicyBinding',
          plural: 'validatingadmissionpolicybindings',
          cluster: true,
          categories: ['api-extensions'],
          strategy: validatingPolicyBindings,
        },
        {
          kind: 'ValidatingWebhookConfiguration',
          plural: 'validatingwebhookconfigurations',
          cluster: true,
          categories: ['api-extensions'],
          strategy: webhookConfigurations('validating', cel),
        },
      ],
    ],
    [
      'apiextensions.k8s.io',
      'v1',
      [
        {
          kind: 'CustomResourceDefinition',
          plural: 'customresourcedefinitions',
          cluster: true,
          short: ['crd', 'crds'],
          categories: ['api-extensions'],
          strategy: customResourceDefinitions,
        },
      ],
    ],
    [
      'scheduling.k8s.io',
      'v1',
      [{ kind: 'PriorityClass', plural: 'priorityclasses', cluster: true, short: ['pc'], strategy: priorityClasses }],
    ],
    ['coordination.k8s.io', 'v1', [{ kind: 'Lease', plural: 'leases', strategy: leases }]],
    ['discovery.k8s.io', 'v1', [{ kind: 'EndpointSlice', plural: 'endpointslices', strategy: endpointSlices }]],
  ]
}

function storedResource(group: string, version: string, row: Row): StoredResource {
  const strategy = row.strategy ?? defaultStrategy
  const kind = { group, version, kind: row.kind }
  const typeName = kindOfType(kind)
  if (typeName === undefined) throw new Error(`the table of built-in types lacks ${row.kind} of ${group}/${version}`)
  return {
    is: 'stored',
    group,
    version,
    kind: row.kind,
    listKind: `${row.kind}List`,
    plural: row.plural,
    singular: row.kind.toLowerCase(),
    namespaced: row.cluster !== true,
    shortNames: row.short ?? [],
    categories: row.categories ?? [],
    verbs: row.verbs ?? ALL_VERBS,
    subresources: [
      ...(row.subresources ?? []),
      ...(row.scale === undefined
        ? []
        : [{ name: 'scale', kind: { group: 'autoscaling', version: 'v1', kind: 'Scale' }, verbs: SUBRESOURCE_VERBS }]),
      ...(strategy.statusSeparated ? [{ name: 'status', verbs: SUBRESOURCE_VERBS }] : []),
    ],
    storage: {
      table: row.table ?? `${group}/${row.plural}`,
      apiVersion: row.table === undefined ? apiVersionOfResource({ group, version }) : 'v1',
    },
    strategy,
    read: (object) => typedForm(typeName, object),
    empty: lazy(() => typedForm(typeName, {}).value as DynamicObject),
    schema: () => schemaOf(kind),
    ...(row.conversion === undefined ? {} : { conversion: row.conversion }),
    ...(row.scale === undefined ? {} : { scale: row.scale }),
  }
}

const REVIEWS: readonly (readonly [group: string, kind: string, plural: string, namespaced: boolean])[] = [
  ['authentication.k8s.io', 'SelfSubjectReview', 'selfsubjectreviews', false],
  ['authentication.k8s.io', 'TokenReview', 'tokenreviews', false],
  ['authorization.k8s.io', 'LocalSubjectAccessReview', 'localsubjectaccessreviews', true],
  ['authorization.k8s.io', 'SelfSubjectAccessReview', 'selfsubjectaccessreviews', false],
  ['authorization.k8s.io', 'SelfSubjectRulesReview', 'selfsubjectrulesreviews', false],
  ['authorization.k8s.io', 'SubjectAccessReview', 'subjectaccessreviews', false],
]

export interface BuiltinNeeds {
  readonly addresses: ServiceAddresses
  /** Evaluates the match conditions of webhooks. @default none: they are refused */
  readonly cel?: CelEngine
}

export function builtinResources(needs: BuiltinNeeds): readonly ServedResource[] {
  const stored = groups(needs).flatMap(([group, version, rows]) => rows.map((row) => storedResource(group, version, row)))
  const reviews = REVIEWS.map(
    ([group, kind, plural, namespaced]): ActionResource => ({
      is: 'action',
      action: kind,
      group,
      version: 'v1',
      kind,
      plural,
      singular: kind.toLowerCase(),
      namespaced,
      shortNames: [],
      categories: [],
      verbs: ['create'],
      subresources: [],
    }),
  )
  return [...stored, ...reviews]
}
