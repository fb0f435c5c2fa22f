import type { KubeObject } from 'kubewright'

/** The controller's name, and so its field manager: the same in every release. */
export const CONTROLLER = 'application'

const MANAGED_BY = 'app.kubernetes.io/managed-by'
const MANAGER = 'kubewright-application'
/** On everything that is made for an application; also what its pods are selected by, which can never change. */
const APPLICATION = 'apps.kubewright.dev/application'

/** On pods and ReplicaSets: what they were made from. */
export const REVISION_ANNOTATION = 'apps.kubewright.dev/revision'
/** On pods: of the settings alone. */
export const CONFIG_HASH_ANNOTATION = 'apps.kubewright.dev/config-hash'

/** Only what has it is watched: other people's objects of these kinds cost no memory. */
export const CHILDREN = `${MANAGED_BY}=${MANAGER}`

export const selectorLabels = (application: KubeObject): Readonly<Record<string, string>> => ({
  [APPLICATION]: application.metadata.name ?? '',
})

export const childLabels = (application: KubeObject): Readonly<Record<string, string>> => ({
  'app.kubernetes.io/name': application.metadata.name ?? '',
  [MANAGED_BY]: MANAGER,
  ...selectorLabels(application),
})

/** As `scale` and `kubectl get -l` take it. */
export const selectorText = (application: KubeObject): string =>
  Object.entries(selectorLabels(application))
    .map(([label, value]) => `${label}=${value}`)
    .join(',')

/** The metadata of a child with the application's own name, or with one of its own. */
export const childMeta = (application: KubeObject, name = application.metadata.name ?? '') => ({
  name,
  namespace: application.metadata.namespace ?? '',
  labels: childLabels(application),
})
