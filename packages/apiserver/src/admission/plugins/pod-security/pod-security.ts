import { controllerOf, type DynamicObject } from '@kubewright/core'
import { type Fields, listAt, optionalFields } from '../../../registry/fields.ts'
import type { ServerWrite } from '../../../registry/server-admission.ts'
import { invalid } from '../../../status/index.ts'
import type { Store } from '../../../storage/index.ts'
import { type AdmissionPlugin, denial } from '../plugin.ts'
import type { PodView } from './pod-view.ts'
import { details, isStricter, type NamespacePolicy, policyOf, reasons, type Standard, standardText, violationsOf } from './standards.ts'

const NAMESPACES = '/namespaces'
const PODS = '/pods'
/** Where the pod is that they are to make. */
const TEMPLATES: Readonly<Record<string, readonly string[]>> = {
  '/podtemplates': ['template'],
  '/replicationcontrollers': ['spec', 'template'],
  'apps/daemonsets': ['spec', 'template'],
  'apps/deployments': ['spec', 'template'],
  'apps/replicasets': ['spec', 'template'],
  'apps/statefulsets': ['spec', 'template'],
  'batch/cronjobs': ['spec', 'jobTemplate', 'spec', 'template'],
  'batch/jobs': ['spec', 'template'],
}
/** kube-apiserver's: a namespace with more is not worth the wait. */
const MOST_PODS = 3000

/** Holds pods to the Pod Security Standards that their namespace's labels name; of what is to make pods it warns. */
export function podSecurity(store: Store): AdmissionPlugin {
  return {
    tables: [NAMESPACES, PODS, ...Object.keys(TEMPLATES)],
    validate(write, object) {
      const { table } = write.resource.storage
      if (table === NAMESPACES) return validateNamespace(write, object, store)
      const { policy } = policyOf(store.get(NAMESPACES, write.namespace ?? '')?.object.metadata.labels)
      if (table !== PODS) return tell(write, policy, TEMPLATES[table]!.reduce<Fields | undefined>(stepInto, object as Fields))
      if (write.old !== undefined && !hasOtherImages(object, write.old)) return undefined
      const violations = violationsOf(policy.enforce, viewOf(object as Fields))
      write.annotate('pod-security.kubernetes.io/enforce-policy', standardText(policy.enforce))
      if (violations.length === 0) return tell(write, policy, object as Fields)
      audit(write, policy, object as Fields)
      throw denial(write, object, `violates PodSecurity ${JSON.stringify(standardText(policy.enforce))}: ${details(violations)}`)
    },
  }
}

const stepInto = (part: Fields | undefined, key: string): Fields | undefined => part && optionalFields(part, key)

const viewOf = (pod: Fields): Omit<PodView, 'version'> => ({
  annotations: (optionalFields(optionalFields(pod, 'metadata') ?? {}, 'annotations') ?? {}) as Readonly<Record<string, string>>,
  spec: optionalFields(pod, 'spec') ?? {},
})

function tell(write: ServerWrite, policy: NamespacePolicy, pod: Fields | undefined): void {
  if (pod === undefined) return
  audit(write, policy, pod)
  const text = violationText(policy.warn, pod)
  if (text !== undefined) write.warn(text)
}

function audit(write: ServerWrite, policy: NamespacePolicy, pod: Fields): void {
  const text = violationText(policy.audit, pod)
  if (text !== undefined) write.annotate('pod-security.kubernetes.io/audit-violations', text)
}

function violationText(standard: Standard, pod: Fields): string | undefined {
  const violations = violationsOf(standard, viewOf(pod))
  return violations.length === 0 ? undefined : `would violate PodSecurity ${JSON.stringify(standardText(standard))}: ${details(violations)}`
}

/** Nothing else of a pod changes that a standard is about. */
function hasOtherImages(pod: DynamicObject, old: DynamicObject): boolean {
  const imagesOf = ({ spec }: Readonly<Record<string, unknown>>) =>
    ['initContainers', 'containers', 'ephemeralContainers'].map((kind) => listAt((spec ?? {}) as Fields, kind).map(({ image }) => image))
  return JSON.stringify(imagesOf(pod)) !== JSON.stringify(imagesOf(old))
}

function validateNamespace(write: ServerWrite, { metadata }: DynamicObject, store: Store): void {
  const { policy, problems } = policyOf(metadata.labels)
  const before = write.old && policyOf(write.old.metadata.labels)
  const isKnown = before !== undefined && JSON.stringify(before.problems) === JSON.stringify(problems)
  if (problems.length > 0 && !isKnown) throw invalid({ group: '', kind: 'Namespace' }, metadata.name ?? '', problems)
  if (before === undefined) return
  const { enforce } = policy
  const { enforce: earlier } = before.policy
  const isSame = enforce.level === earlier.level && enforce.version === earlier.version
  if (isSame || enforce.level === 'privileged' || (enforce.version === earlier.version && !isStricter(enforce, earlier))) return
  for (const warning of warningsOf(metadata.name ?? '', enforce, store)) write.warn(warning)
}

/** Of the pods that are there already and would be refused now. */
function warningsOf(namespace: string, enforce: Standard, store: Store): readonly string[] {
  const pods = oneOfEachFirst(store.list(PODS, { prefix: `${namespace}/` }).map(({ object }) => object))
  const checked = pods.slice(0, MOST_PODS)
  const violating = Map.groupBy(checked, (pod) => reasons(violationsOf(enforce, viewOf(pod as Fields))))
  violating.delete('')
  const standard = JSON.stringify(standardText(enforce))
  return [
    ...(checked.length < pods.length
      ? [`new PodSecurity enforce level only checked against the first ${checked.length} of ${pods.length} existing pods`]
      : []),
    ...(violating.size === 0
      ? []
      : [`existing pods in namespace ${JSON.stringify(namespace)} violate the new PodSecurity enforce level ${standard}`]),
    ...[...violating].map(([what, those]) => `${named(those)}: ${what}`).sort(),
  ]
}

function named(pods: readonly DynamicObject[]): string {
  const [first = ''] = pods.map(({ metadata: { name = '' } }) => name).sort()
  if (pods.length === 1) return first
  return pods.length === 2 ? `${first} (and 1 other pod)` : `${first} (and ${pods.length - 1} other pods)`
}

/** The pods of one controller are alike: one of each is looked at before the rest. */
function oneOfEachFirst(pods: readonly DynamicObject[]): readonly DynamicObject[] {
  const seen = new Set<string>()
  const [first, rest]: [DynamicObject[], DynamicObject[]] = [[], []]
  for (const pod of pods) {
    const uid = controllerOf(pod)?.uid
    if (uid !== undefined && seen.has(uid)) rest.push(pod)
    else first.push(pod)
    if (uid !== undefined) seen.add(uid)
  }
  return [...first, ...rest]
}
