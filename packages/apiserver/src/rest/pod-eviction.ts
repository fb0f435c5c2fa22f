import {
  type Condition,
  type DynamicObject,
  findCondition,
  formatTime,
  type LabelSelectorSpec,
  labelSelectorOf,
  matchesLabels,
  setCondition,
} from '@kubewright/core'
import { type Fields, optionalFields } from '../registry/fields.ts'
import { checkPreconditions, type RemovalOptions, removing } from '../registry/removal.ts'
import type { StoredResource } from '../registry/resource.ts'
import { inTime } from '../registry/steps.ts'
import { forbidden, Refusal } from '../status/index.ts'
import { type RestContext, targetOf } from './context.ts'
import type { PodAction } from './pod-actions.ts'

interface Budget extends DynamicObject {
  readonly spec?: { readonly selector?: LabelSelectorSpec; readonly unhealthyPodEvictionPolicy?: 'IfHealthyBudget' | 'AlwaysAllow' }
  readonly status?: {
    readonly observedGeneration?: number
    readonly disruptionsAllowed?: number
    readonly currentHealthy?: number
    readonly desiredHealthy?: number
    readonly disruptedPods?: Readonly<Record<string, string>>
    readonly conditions?: readonly Condition[]
  }
}

interface Pod extends DynamicObject {
  readonly status?: { readonly phase?: string; readonly conditions?: readonly Condition[] }
}

/** The evictions that a controller has yet to see, at most. */
const MOST_DISRUPTED = 2_000

/** Deletes a pod, if the budget of disruptions for it allows one. @throws Refusal */
export async function evictPod(context: RestContext, { sent, pod: asked, dryRun: isDry }: PodAction): Promise<void> {
  const { objects, clock } = context
  const options = optionalFields(sent, 'deleteOptions') ?? {}
  const dryRun = isDry || (Array.isArray(options['dryRun']) && options['dryRun'].length > 0)
  const { resource } = asked
  const target = targetOf(asked)
  const pod = objects.entry(resource, target).object as Pod
  if (!isDispensable(pod)) spend(context, pod, dryRun)
  const preconditions = (optionalFields(options, 'preconditions') ?? {}) as NonNullable<RemovalOptions['preconditions']>
  if (!dryRun) {
    const leaving = (current: DynamicObject): DynamicObject => {
      checkPreconditions(resource, current, { preconditions })
      return { ...current, status: { ...(current as Pod).status, conditions: disrupted((current as Pod).status?.conditions, clock.now()) } }
    }
    await inTime(objects.updating(resource, target, leaving, { subresource: 'status', unconditional: true }))
  }
  const { gracePeriodSeconds, propagationPolicy } = options
  const { uid } = preconditions
  const how: RemovalOptions = {
    dryRun,
    ...(typeof gracePeriodSeconds === 'number' && { gracePeriodSeconds }),
    ...(typeof propagationPolicy === 'string' && {
      propagationPolicy: propagationPolicy as NonNullable<RemovalOptions['propagationPolicy']>,
    }),
    ...(uid !== undefined && { preconditions: { uid } }),
  }
  await inTime(removing(objects, resource, target, how))
}

/** What is over, has not begun, or is leaving anyway, disturbs nobody. */
const isDispensable = ({ metadata, status }: Pod): boolean =>
  metadata.deletionTimestamp !== undefined || ['Succeeded', 'Failed', 'Pending'].includes(status?.phase ?? '')

/** Takes one of the disruptions that the pod's budget allows. @throws Refusal when it allows none */
function spend({ objects, catalog, clock }: RestContext, pod: Pod, dryRun: boolean): void {
  const resource = catalog.ofKind('policy', 'PodDisruptionBudget')
  if (resource === undefined) return
  const { namespace, name = '', labels } = pod.metadata
  const budgets = objects.store
    .list(resource.storage.table, { prefix: `${namespace}/` })
    .map(({ object }) => object as Budget)
    .filter(({ spec }) => spec?.selector !== undefined && matchesLabels(labelSelectorOf(spec.selector), labels))
  if (budgets.length > 1)
    throw new Refusal(500, undefined, 'This pod has more than one PodDisruptionBudget, which the eviction subresource does not support.')
  const [budget] = budgets
  if (budget === undefined || isFreeToGo(pod, budget)) return
  const status = lessOne(resource, budget, name, clock.now())
  const target = { namespace, name: budget.metadata.name ?? '' }
  if (!dryRun) objects.update(resource, target, (current) => ({ ...current, status }), { subresource: 'status', unconditional: true })
}

/** A pod that is not ready does not count as healthy, and is missed by nobody where enough others are. */
function isFreeToGo({ status: { conditions } = {} }: Pod, { spec, status = {} }: Budget): boolean {
  if (findCondition(conditions, 'Ready')?.status === 'True') return false
  const { currentHealthy = 0, desiredHealthy = 0 } = status
  return spec?.unhealthyPodEvictionPolicy === 'AlwaysAllow' || (desiredHealthy > 0 && currentHealthy >= desiredHealthy)
}

/** The budget's status with one disruption less. @throws Refusal */
function lessOne(resource: StoredResource, { metadata, status = {} }: Budget, pod: string, now: number): Fields {
  const { name = '', generation = 0 } = metadata
  const { disruptionsAllowed = 0, disruptedPods = {}, observedGeneration = 0, conditions } = status
  if (observedGeneration < generation) throw tooMany(`The disruption budget ${name} is still being processed by the server.`, 10)
  const refuse = (why: string) => forbidden({ ...resource, plural: 'poddisruptionbudget' }, name, why)
  if (disruptionsAllowed < 0) throw refuse('pdb disruptions allowed is negative')
  if (Object.keys(disruptedPods).length > MOST_DISRUPTED)
    throw refuse('DisruptedPods map too big - too many evictions not confirmed by PDB controller')
  if (disruptionsAllowed === 0) throw tooMany(whyNone(name, status), 0)
  const left = disruptionsAllowed - 1
  const none = { type: 'DisruptionAllowed', status: 'False', reason: 'InsufficientPods', message: '', observedGeneration } as const
  return {
    ...status,
    disruptionsAllowed: left,
    // So that its controller does not take the pod for available until it is gone.
    disruptedPods: { ...disruptedPods, [pod]: formatTime(now) },
    ...(left === 0 && { conditions: setCondition(conditions, none, now) }),
  }
}

function whyNone(name: string, { conditions, currentHealthy = 0, desiredHealthy = 0 }: NonNullable<Budget['status']>): string {
  const condition = findCondition(conditions, 'DisruptionAllowed')
  const said = condition?.status === 'False' && condition.message ? condition : undefined
  if (said?.reason === 'SyncFailed')
    return `The disruption budget ${name} does not allow evicting pods currently because it failed sync: ${said.message}`
  if (currentHealthy <= desiredHealthy)
    return `The disruption budget ${name} needs ${desiredHealthy} healthy pods and has ${currentHealthy} currently`
  const none = `The disruption budget ${name} does not allow evicting pods currently`
  return said === undefined ? none : `${none} (${said.reason}): ${said.message}`
}

const tooMany = (why: string, retryAfterSeconds: number): Refusal =>
  new Refusal(429, 'TooManyRequests', "Cannot evict pod as it would violate the pod's disruption budget.", {
    causes: [{ reason: 'DisruptionBudget', message: why }],
    ...(retryAfterSeconds > 0 && { retryAfterSeconds }),
  })

function disrupted(conditions: readonly Condition[] | undefined, now: number): readonly object[] {
  const others = (conditions ?? []).filter(({ type }) => type !== 'DisruptionTarget')
  const known = findCondition(conditions, 'DisruptionTarget')
  return [
    ...others,
    {
      type: 'DisruptionTarget',
      status: 'True',
      reason: 'EvictionByEvictionAPI',
      message: 'Eviction API: evicting',
      lastProbeTime: null,
      lastTransitionTime: known?.status === 'True' ? known.lastTransitionTime : formatTime(now),
    },
  ]
}
