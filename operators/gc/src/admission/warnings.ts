import { formatTime, isApiError, isConnectionError, type KubeObject, type ValidateContext } from 'kubewright'
import { NO_FACTS } from '../facts/facts.ts'
import type { Policy } from '../kinds/policies.ts'
import type { ReadyPolicy } from '../policy/policy.ts'

/** Looking at more would hold up whoever asks; what is seen tells enough. */
const LOOKED_AT = 2_000
const PAGE = 500
/** So much of the time that the API server gives us may go into counting. */
const PATIENCE = 3_000
/** Fewer at once are the everyday case. */
const WORTH_A_WARNING = 1
/** More than this at once, and from a mistake nobody would recover easily. */
const MANY = 100

/** Says how many objects the policy would delete at once. Never refuses, and never fails: what cannot be counted is not told. */
export async function warnOfDanger({ client, warn, signal }: ValidateContext<Policy>, policy: Policy, ready: ReadyPolicy): Promise<void> {
  if (policy.spec.action === 'Retain') return
  try {
    const seen = await look(client, ready, AbortSignal.any([signal, AbortSignal.timeout(PATIENCE)]))
    const { matched, due, whole, next } = seen
    const { kind } = policy.spec.targetResource
    const more = whole ? '' : ' or more'
    if (due >= WORTH_A_WARNING && !policy.spec.paused) {
      const dry = policy.spec.behavior.dryRun ? 'a dry run: would delete' : 'deletes'
      warn(`${dry} ${due}${more} ${kind} objects at once, of ${matched}${more} that it selects`)
      if (due >= MANY && !policy.spec.behavior.dryRun && policy.spec.limits === undefined)
        warn('no spec.limits: a wrong selector would delete all of them; begin with behavior.dryRun')
    } else if (matched === 0 && whole) warn(`selects no ${kind} object that is there now`)
    else if (next !== undefined) warn(`of ${matched}${more} ${kind} objects the next falls due at ${formatTime(next)}`)
  } catch (error) {
    if (!isApiError(error) && !isConnectionError(error) && !isTimeout(error)) throw error
  }
}

interface Seen {
  readonly matched: number
  readonly due: number
  readonly next: number | undefined
  /** Whether these are all. */
  readonly whole: boolean
}

async function look(client: ValidateContext<Policy>['client'], ready: ReadyPolicy, signal: AbortSignal): Promise<Seen> {
  const { target } = ready
  const whole = await client.resource<KubeObject>(target.kind, { signal })
  const resource = target.metadataOnly ? whole.metadataOnly() : whole
  const { labelSelector, fieldSelector, namespace } = target
  const now = Date.now()
  let [matched, due, looked] = [0, 0, 0]
  let next: number | undefined
  let token: string | undefined
  do {
    const page = await resource.list({
      labelSelector,
      fieldSelector,
      limit: PAGE,
      signal,
      ...(namespace !== undefined && { namespace }),
      ...(token !== undefined && { continue: token }),
    })
    for (const object of page.items) {
      const opinion = ready.judge(object, { now, facts: NO_FACTS })
      if (opinion.is !== 'unselected' || opinion.matched) matched++
      if (opinion.is !== 'at') continue
      if (opinion.at <= now) due++
      else next = Math.min(next ?? opinion.at, opinion.at)
    }
    looked += page.items.length
    token = page.metadata.continue === '' ? undefined : page.metadata.continue
  } while (token !== undefined && looked < LOOKED_AT)
  return { matched, due, next, whole: token === undefined }
}

const isTimeout = (error: unknown) => error instanceof Error && (error.name === 'TimeoutError' || error.name === 'AbortError')
