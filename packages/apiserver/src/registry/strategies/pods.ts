import { type DynamicObject, deepEqual, type StatusCause } from '@kubewright/core'
import { forbiddenValue } from '../../status/index.ts'
import { type Fields, fieldsAt, listAt, optionalFields } from '../fields.ts'
import { defaultPodSpec, defaultRequests } from '../pod-defaults.ts'
import { validatePodSpec } from '../pod-validation.ts'
import { defaultStrategy, type Strategy, textAt } from '../strategy.ts'

const specOf = (object: DynamicObject): Fields => optionalFields(object as Fields, 'spec') ?? {}

const IMMUTABLE =
  'pod updates may not change fields other than `spec.containers[*].image`,`spec.initContainers[*].image`,`spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to existing tolerations),`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)'

export const pods: Strategy = {
  ...defaultStrategy,
  returnsDeleted: true,
  statusSeparated: true,
  metadataByStatus: 'all',
  generation: true,
  selectable: {
    'spec.nodeName': textAt('spec', 'nodeName'),
    'spec.restartPolicy': textAt('spec', 'restartPolicy'),
    'spec.schedulerName': textAt('spec', 'schedulerName'),
    'spec.serviceAccountName': textAt('spec', 'serviceAccountName'),
    'spec.hostNetwork': (pod) => String(specOf(pod)['hostNetwork'] ?? false),
    'status.phase': textAt('status', 'phase'),
    'status.podIP': textAt('status', 'podIP'),
    'status.podIPs': textAt('status', 'podIP'),
    'status.nominatedNodeName': textAt('status', 'nominatedNodeName'),
  },
  defaults(draft) {
    const spec = fieldsAt(draft, 'spec')
    defaultPodSpec(spec)
    defaultRequests(spec)
    spec['enableServiceLinks'] ??= true
  },
  prepareCreate(draft) {
    // What admission adds for every pod.
    const spec = fieldsAt(draft, 'spec')
    spec['serviceAccountName'] ??= 'default'
    spec['serviceAccount'] ??= spec['serviceAccountName']
    const conditions = listAt(spec, 'schedulingGates').length > 0 ? { conditions: [GATED] } : {}
    draft['status'] = { phase: 'Pending', qosClass: qualityOf(spec), ...conditions }
  },
  prepareUpdate(draft, old) {
    const spec = fieldsAt(draft, 'spec')
    const before = specOf(old)
    for (const field of ['serviceAccountName', 'serviceAccount']) spec[field] ??= before[field]
  },
  prepareStatus(draft, old) {
    const status = fieldsAt(draft, 'status')
    status['qosClass'] ??= optionalFields(old as Fields, 'status')?.['qosClass']
    if (status['podIP'] !== undefined) status['podIPs'] ??= [{ ip: status['podIP'] }]
  },
  validate: (pod) => validatePodSpec(specOf(pod), 'spec'),
  validateUpdate: (pod, old) =>
    deepEqual(frozenPart(specOf(pod)), frozenPart(specOf(old))) ? validateTolerations(pod, old) : [forbiddenValue('spec', IMMUTABLE)],
  deletion: {
    is: 'graceful',
    gracePeriod(pod, asked) {
      const spec = specOf(pod)
      const phase = optionalFields(pod as Fields, 'status')?.['phase']
      // Nothing runs that would have to stop.
      if (!spec['nodeName'] || phase === 'Failed' || phase === 'Succeeded') return 0
      return Math.max(0, asked ?? Number(spec['terminationGracePeriodSeconds'] ?? 30))
    },
  },
}

/** So that nobody takes a pod that is held back for one that the scheduler has forgotten. */
const GATED = {
  type: 'PodScheduled',
  status: 'False',
  lastProbeTime: null,
  lastTransitionTime: null,
  reason: 'SchedulingGated',
  message: 'Scheduling is blocked due to non-empty scheduling gates',
}

function qualityOf(spec: Fields): 'BestEffort' | 'Burstable' | 'Guaranteed' {
  const containers = [...listAt(spec, 'containers'), ...listAt(spec, 'initContainers')].map(
    (container) => optionalFields(container, 'resources') ?? {},
  )
  const amounts = (resources: Fields, kind: string) =>
    Object.entries(optionalFields(resources, kind) ?? {}).filter(([name]) => name === 'cpu' || name === 'memory')
  if (containers.every((resources) => amounts(resources, 'requests').length === 0 && amounts(resources, 'limits').length === 0))
    return 'BestEffort'
  const isGuaranteed = (resources: Fields) =>
    amounts(resources, 'limits').length === 2 && deepEqual(resources['limits'], resources['requests'])
  return containers.every(isGuaranteed) ? 'Guaranteed' : 'Burstable'
}

/** Everything of the spec that an update may not touch. */
function frozenPart(spec: Fields): Fields {
  const {
    activeDeadlineSeconds: _deadline,
    tolerations: _tolerations,
    terminationGracePeriodSeconds: _grace,
    schedulingGates: _gates,
    ...rest
  } = spec
  const withoutImages = (kind: string) => listAt(spec, kind).map(({ image: _image, ...container }) => container)
  return { ...rest, containers: withoutImages('containers'), initContainers: withoutImages('initContainers') }
}

function validateTolerations(pod: DynamicObject, old: DynamicObject): StatusCause[] {
  const now = listAt(specOf(pod), 'tolerations')
  const kept = listAt(specOf(old), 'tolerations').every((toleration) => now.some((each) => deepEqual(each, toleration)))
  return kept ? [] : [forbiddenValue('spec', IMMUTABLE)]
}
