import { formatTime, isApiError, isConnectionError, type ValidateContext } from 'kubewright'
import type { Policy } from '../kinds/policies.ts'
import { clusterScene } from '../plan/cluster-scene.ts'
import { suspicionOf } from '../plan/scene-facts.ts'
import type { PolicyDefaults, ReadyPolicy } from '../policy/policy.ts'
import { type Count, countOf } from './counting.ts'

/** So much of the time that the API server gives us may go into counting. */
const PATIENCE = 3_000
/** More than this at once, and from a mistake nobody would recover easily. */
const MANY = 100

/** Kinds with which more goes than the objects that are counted. */
const GRAVE: Readonly<Record<string, string>> = {
  Namespace: 'everything in a Namespace goes with it',
  PersistentVolumeClaim: 'the data of a PersistentVolumeClaim goes with it, where the reclaim policy of its volume is Delete',
}

/** Says what the policy would do, in numbers. Never refuses, and never fails. */
export async function warnOfDanger(
  { client, warn, signal }: Pick<ValidateContext<Policy>, 'client' | 'warn' | 'signal'>,
  policy: Policy,
  ready: ReadyPolicy,
  defaults: PolicyDefaults,
): Promise<void> {
  if (policy.spec.action === 'Retain') return
  const inTime = AbortSignal.any([signal, AbortSignal.timeout(PATIENCE)])
  try {
    const count = await countOf(client, policy, ready, { now: Date.now(), defaults, signal: inTime })
    for (const text of warningsOf(policy, count)) warn(text)
    const suspicion = ready.needs.use
      ? await suspicionOf(clusterScene(client, inTime), ready.target.kind.kind, ready.needs.referrers)
      : undefined
    if (suspicion !== undefined) warn(suspicion)
  } catch (error) {
    if (!isApiError(error) && !isConnectionError(error) && !isTimeout(error)) throw error
    warn(`what it would delete could not be counted in time: "kubewright gc plan" tells`)
  }
}

/** What whoever writes the policy should know before it works. */
export function warningsOf(
  { spec }: Pick<Policy, 'spec'>,
  { matched, due, soon, next, unreadable, why = '', whole }: Count,
): readonly string[] {
  const { kind } = spec.targetResource
  const { dryRun } = spec.behavior
  const more = whole ? '' : ' or more'
  const words: string[] = []
  if (due > 0 && !spec.paused)
    words.push(
      `${dryRun ? 'a dry run: would delete' : 'deletes'} ${due}${more} ${kind} objects at once, of ${matched}${more} that it selects`,
    )
  else if (matched === 0 && whole) words.push(`selects no ${kind} object that is there now`)
  if (soon > 0 && next !== undefined)
    words.push(`of ${matched}${more} ${kind} objects ${soon}${more} fall due within a day, the next at ${formatTime(next)}`)
  else if (due === 0 && next !== undefined) words.push(`of ${matched}${more} ${kind} objects the next falls due at ${formatTime(next)}`)
  if (unreadable > 0)
    words.push(`${unreadable} of ${matched}${more} ${kind} objects stay as long as something is not known, such as: ${why}`)
  const reach = due + soon
  if (dryRun || spec.paused || reach === 0) return words
  if (GRAVE[kind] !== undefined) words.push(GRAVE[kind])
  if (reach >= MANY && spec.limits === undefined)
    words.push(`no spec.limits: a wrong selector would delete all ${reach}${more} of them; begin with behavior.dryRun`)
  return words
}

const isTimeout = (error: unknown) => error instanceof Error && (error.name === 'TimeoutError' || error.name === 'AbortError')
