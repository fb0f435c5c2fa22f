import {
  appsV1,
  autoscalingV2,
  ConfigMap,
  Deployment,
  formatTime,
  Ingress,
  policyV1,
  type ReconcileContext,
  type ReconcileResult,
  Service,
} from 'kubewright'
import { autoscalerOf } from '../desired/autoscaler.ts'
import { configMapOf, settingsOf } from '../desired/config-map.ts'
import { deploymentOf } from '../desired/deployment.ts'
import { disruptionBudgetOf } from '../desired/disruption-budget.ts'
import { ingressOf } from '../desired/ingress.ts'
import { selectorText } from '../desired/names.ts'
import { controllerRevisionOf, type Revision, revisionOf } from '../desired/revision.ts'
import { serviceOf } from '../desired/service.ts'
import type { Application } from '../kind/application.ts'
import { describeProblems, type Problem } from '../policy/problem.ts'
import { policyProblemsOf, specProblems } from '../policy/problems.ts'
import type { SecurityPolicy } from '../policy/security-policy.ts'
import type { Reason } from '../reasons.ts'
import { countsOf, type DeploymentState, deployedRevision, isAvailable, replicaFailure, stateOf } from '../rollout/deployment-state.ts'
import { planRollout, type RolloutPlan } from '../rollout/plan.ts'
import { addressesOf, urlsOf } from '../status/addresses.ts'
import { type Report, refusalOf, reportOf } from '../status/report.ts'
import { History } from './history.ts'
import { Placement } from './placement.ts'
import { leaveRollingUpdate } from './recreate.ts'
import { handOverReplicas } from './replica-handover.ts'

type Context = ReconcileContext<Application>

/** How often names that somebody else has are looked at again: nothing tells when they are free, for other people's objects are not watched. */
const CONFLICT_INTERVAL = '1m'

interface Pass {
  readonly result: ReconcileResult
  readonly rolledBack: boolean
}

/** One pass over one application: what is wrong is said, what is right is brought about, and what has come of it is told. */
export async function reconcileApplication(context: Context, policy: SecurityPolicy): Promise<Pass> {
  const { object } = context
  const senseless = specProblems(object)
  if (senseless.length > 0) return refuse(context, 'InvalidSpec', senseless)
  const placement = new Placement(context)
  const history = new History(context)
  const wanted = revisionOf(object.spec)
  const plan = planFor(context, wanted, history, policy)
  if (plan.rollsBack) return { result: decided(context, plan), rolledBack: true }
  const deployed = deployedRevision(context.children(Deployment)[0])
  // What one goes back to was judged when it was chosen.
  const forbidden = plan.run === wanted.hash ? policyProblemsOf(object.spec, policy, deployed) : []
  if (forbidden.length > 0) return refuse(context, 'PolicyViolation', forbidden)
  const revision = (plan.run === wanted.hash ? undefined : history.revision(plan.run)) ?? wanted
  await placeRevisions(placement, context, { wanted, plan, history })
  await placeSettings(placement, context, revision, history)
  await handOverReplicas(context)
  await leaveRollingUpdate(context)
  const deployment = await placement.place(Deployment, deploymentOf(object, revision))
  const [service, ingress] = await placeOthers(placement, object)
  const { status } = context
  status.revision = revision.hash
  status.stableRevision = plan.stable
  status.rollback = plan.rollback
  status.selector = selectorText(object)
  status.addresses = someOf(addressesOf(service))
  status.urls = someOf(urlsOf(ingress))
  const counts = countsOf(deployment)
  const state = stateOf(deployment, context.clock.now())
  status.replicas = counts.replicas
  status.readyReplicas = counts.ready
  status.updatedReplicas = counts.updated
  status.availableReplicas = counts.available
  const { conflicts } = placement
  tell(
    context,
    reportOf({
      ...{ state, counts, available: isAvailable(deployment), replicaFailure: replicaFailure(deployment) },
      ...{ paused: object.spec.paused, revision: revision.hash, rollback: plan.rollback, conflicts },
    }),
  )
  return { result: againAfter(conflicts, state), rolledBack: false }
}

/** What it has had is no worse for that, and stays. */
function refuse(context: Context, reason: Reason, problems: readonly Problem[]): Pass {
  tell(context, refusalOf(reason, describeProblems(problems)))
  return { result: { prune: false }, rolledBack: false }
}

/** What no event will tell: that a name is free, that a time is over. All that is wanted was said in this pass, so what is not can go. */
function againAfter(conflicts: readonly string[], state: DeploymentState): ReconcileResult {
  if (conflicts.length > 0) return { requeueAfter: CONFLICT_INTERVAL, prune: true }
  return state.is === 'scaling' && state.until !== undefined ? { requeueAt: state.until, prune: true } : undefined
}

/** Written before it is acted on: the Deployment that is taken back says nothing of what had failed, and whoever has forgotten that would try it again. */
function decided({ status }: Context, { stable, rollback }: RolloutPlan): ReconcileResult {
  status.stableRevision = stable
  status.rollback = rollback
  return { requeueAfter: 1, prune: false }
}

/** Lists that have nothing in them are not there. */
const someOf = <T>(items: readonly T[]): readonly T[] | undefined => (items.length > 0 ? items : undefined)

function planFor({ object, children, clock }: Context, wanted: Revision, history: History, policy: SecurityPolicy): RolloutPlan {
  const { generation = 0 } = object.metadata
  const [live] = children(Deployment)
  const deployed = deployedRevision(live)
  return planRollout({
    wanted: wanted.hash,
    generation,
    rollbackOnFailure: object.spec.rollbackOnFailure,
    deployed,
    state: stateOf(live, clock.now()),
    available: countsOf(live).available,
    stable: object.status?.stableRevision,
    rollback: object.status?.rollback,
    isKnown: (hash) => (hash === deployed ? history.revision(hash) !== undefined : history.canRestore(hash, policy)),
    now: formatTime(clock.now()),
  })
}

/** What is tried, and what one would go back to. Those before them are pruned. */
async function placeRevisions(
  placement: Placement,
  { object }: Context,
  { wanted, plan, history }: { readonly wanted: Revision; readonly plan: RolloutPlan; readonly history: History },
): Promise<void> {
  if (!object.spec.rollbackOnFailure) return
  const stable = plan.stable === undefined || plan.stable.revision === wanted.hash ? undefined : history.revision(plan.stable.revision)
  for (const kept of [wanted, ...(stable === undefined ? [] : [stable])])
    await placement.place(appsV1.ControllerRevision, controllerRevisionOf(object, kept, history.number(kept.hash)))
}

/** Settings of the revision; those of older ones too while there may be pods that are made from them. */
async function placeSettings(
  placement: Placement,
  { object, children, clock }: Context,
  revision: Revision,
  history: History,
): Promise<void> {
  const settings = settingsOf(object, revision.fields)
  const own = settings && configMapOf(object, settings)
  const [live] = children(Deployment)
  const isOver = stateOf(live, clock.now()).is === 'complete' && deployedRevision(live) === revision.hash
  const older = isOver ? [] : history.configMaps().filter(({ metadata }) => metadata.name !== own?.metadata.name)
  for (const configMap of [...(own === undefined ? [] : [own]), ...older]) await placement.place(ConfigMap, configMap)
}

async function placeOthers(placement: Placement, object: Application): Promise<readonly [Service | undefined, Ingress | undefined]> {
  const wanted = {
    service: serviceOf(object),
    ingress: ingressOf(object),
    autoscaler: autoscalerOf(object),
    budget: disruptionBudgetOf(object),
  }
  const service = wanted.service && (await placement.place(Service, wanted.service))
  const ingress = wanted.ingress && (await placement.place(Ingress, wanted.ingress))
  if (wanted.autoscaler !== undefined) await placement.place(autoscalingV2.HorizontalPodAutoscaler, wanted.autoscaler)
  if (wanted.budget !== undefined) await placement.place(policyV1.PodDisruptionBudget, wanted.budget)
  return [service, ingress]
}

/** Puts a report into the status. */
export function tell({ object, status, condition }: Pick<Context, 'object' | 'status' | 'condition'>, { phase, conditions }: Report): void {
  status.phase = phase
  status.observedGeneration = object.metadata.generation
  for (const { type, status: value, reason, message } of conditions) condition(type, value, reason, message)
  if (!conditions.some(({ type }) => type === 'Conflict')) status.conditions = status.conditions?.filter(({ type }) => type !== 'Conflict')
}
