import { deepEqual, formatTime, parseDuration, type ReconcileContext, type ReconcileResult } from 'kubewright'
import { contentOf, secretNamesOf } from '../desired/content.ts'
import { type Target, VaultSync } from '../kind/kinds.ts'
import { problemOfPath } from '../path/grammar.ts'
import { allowedPatterns, isAllowed } from '../path/path-policy.ts'
import { type Mount, type Place, placeOf, possiblePlaces } from '../path/placement.ts'
import type { Reason } from '../reasons.ts'
import type { Connection } from '../vault/connections.ts'
import { pathsInCircle, placeOfTarget } from './circle.ts'
import { leftNote } from './cleanup.ts'
import { type Failure, failureOf } from './failure.ts'
import { isIn, planOf, withEntry } from './ledger.ts'
import { removeTarget } from './removing.ts'
import { reportOf, type Trouble } from './report.ts'
import { readSecrets } from './secrets.ts'
import { hasNewHolder, syncOf } from './waiting.ts'
import { accessOf, ownerMark, resourceOf, scopeOf, subjectOf, type World } from './world.ts'
import { writeTarget } from './writing.ts'

type Context = ReconcileContext<VaultSync>

/** How often what somebody has to change first is looked at again, at most: the change of a policy in Vault tells nobody. */
const SELDOM_MS = 300_000

/** By then it is known here who is waited for, and whoever lets go of it is heard. */
const NEW_HOLDER_MS = 2_000

const UNTIL_REPLACED = 'it is not wanted any more, and kept until what takes its place is in Vault'
const RETAINED_IN_CIRCLE =
  'it is not wanted any more, another object waits for it, and the deletion policy Retain keeps it: set the annotation vault-sync.io/adopt to "true" on both'

/** One pass over one object: what is wanted is written where it is not so, what is wanted no longer goes, and what has come of it is told. */
export async function syncOnce(context: Context, world: World): Promise<ReconcileResult> {
  const startedAt = context.clock.monotonic()
  const pass = new Pass(context, world)
  const labels = { namespace: context.object.metadata.namespace ?? '', resource: resourceOf(context.object) }
  try {
    const result = await pass.run()
    world.meter.synced(labels, pass.failed ? 'failed' : 'success', (context.clock.monotonic() - startedAt) / 1000)
    return result
  } catch (error) {
    context.signal.throwIfAborted()
    world.meter.synced(labels, 'failed', (context.clock.monotonic() - startedAt) / 1000)
    throw error
  }
}

class Pass {
  readonly #context: Context
  readonly #world: World
  readonly #troubles: Trouble[] = []
  #targets: readonly Target[]
  #again: { readonly failure: Failure; readonly error: unknown } | undefined
  #wrote = 0
  #bytes = 0

  constructor(context: Context, world: World) {
    this.#context = context
    this.#world = world
    this.#targets = context.object.status?.targets ?? []
  }

  get failed(): boolean {
    return this.#troubles.length > 0
  }

  async run(): Promise<ReconcileResult> {
    const { object } = this.#context
    const { problems = [], path = '' } = object.spec
    if (problems.length > 0) return this.#refuse('InvalidAnnotations', problems.join('; '))
    const wrong = problemOfPath(path)
    if (wrong !== undefined) return this.#refuse('InvalidPath', `the path: ${wrong}`)
    const { rules, placement } = this.#world
    const scope = scopeOf(this.#world, object.metadata.namespace ?? '')
    // Before anything is asked of Vault: who may not write there need not learn what is there either.
    if (!possiblePlaces(path, placement).some((place) => this.#allows(place))) {
      const allowed = allowedPatterns(rules, scope)
      return this.#refuse(
        'PathNotAllowed',
        `the path policy allows the namespace ${allowed.length === 0 ? 'no path' : allowed.join(', ')}, and not "${path}"`,
      )
    }
    try {
      return await this.#sync(path)
    } catch (error) {
      this.#context.signal.throwIfAborted()
      this.#note(error, undefined)
      return this.#end()
    }
  }

  async #sync(path: string): Promise<ReconcileResult> {
    const { object, client, signal } = this.#context
    const { placement, maxBytes } = this.#world
    const access = accessOf(object, this.#world)
    const connection = this.#world.connectionTo(access)
    const mount = await this.#mountOf(path, connection)
    const base = placeOf(path, mount, placement)
    if (base.rest === '') return this.#refuse('InvalidPath', `the path: "${mount.mount}" is a mount, and nothing in it is named`)
    const namespace = object.metadata.namespace ?? ''
    const secrets = await readSecrets(client, namespace, secretNamesOf(object.spec), signal)
    const content = contentOf(object.spec, secrets, { maxBytes })
    for (const problem of content.problems) {
      this.#troubles.push(problem)
      if (problem.reason === 'SourceMissing') this.#world.meter.secretMissing(namespace)
      if (problem.reason === 'KeyMissing') this.#world.meter.keyMissing(namespace)
    }
    this.#world.meter.discovered({ namespace, resource: resourceOf(object) }, secrets.size)
    const where = { vault: access.vault, vaultNamespace: access.vaultNamespace }
    const plan = planOf(base, mount, content, this.#targets, where)
    const outside = plan.wanted.find(({ place }) => !this.#allows(place))
    if (outside !== undefined) return this.#refuse('PathNotAllowed', `the path policy does not allow "${outside.path}"`)
    if (plan.unnoted.length > 0) {
      // First into the ledger, then into Vault: whatever happens in between, nothing is ever there that nobody knows of.
      this.#targets = [...this.#targets, ...plan.unnoted]
      this.#tell()
      await this.#context.saveStatus()
    }
    const { digestKey, cluster } = await this.#world.identity(signal)
    const owner = ownerMark(cluster, object)
    const look = this.#looks()
    const startedAt = this.#context.clock.monotonic()
    for (const wanted of plan.wanted) {
      const entry = this.#targets.find((each) => each.path === wanted.path && isIn(each, where))
      if (entry === undefined) continue
      try {
        const tools = { connection, mount, sync: object, owner, digestKey, look, now: this.#context.clock.now(), signal }
        const { written, entry: after } = await writeTarget(wanted, entry, tools)
        this.#targets = withEntry(this.#targets, after)
        this.#count(written, wanted.desired.bytes, wanted.path)
        if (after.state === 'Conflict' || after.state === 'Failed' || after.state === 'Drifted')
          this.#troubles.push({ reason: after.state, message: `${after.path}: ${after.message}` })
      } catch (error) {
        signal.throwIfAborted()
        this.#targets = withEntry(this.#targets, { ...entry, state: 'Failed', message: failureOf(error).message })
        this.#note(error, mount)
        if (failureOf(error).forgetMount) connection.vault.forgetMount(mount.mount)
      }
    }
    if (plan.wanted.length > 0) this.#world.meter.batch(plan.wanted.length, (this.#context.clock.monotonic() - startedAt) / 1000)
    if (this.#again === undefined) await this.#removeStale(this.#leave(plan.stale, { owner, cluster }), owner)
    return this.#end()
  }

  /** The new first, then the old: nobody ever finds neither. What was only waited for is nothing that anybody could miss. */
  #leave(stale: readonly Target[], { owner, cluster }: { readonly owner: string; readonly cluster: string }): readonly Target[] {
    if (this.#troubles.length === 0) return stale
    const kept = stale
      .filter(({ owned }) => owned === true)
      .map((entry) => ({ ...entry, state: 'Removing' as const, message: UNTIL_REPLACED }))
    for (const entry of kept) this.#targets = withEntry(this.#targets, entry)
    const circle = this.#circleOf(owner, cluster)
    const inCircle = kept.filter((entry) => circle.has(placeOfTarget(entry)))
    const retained = inCircle.length > 0 && this.#context.object.spec.deletionPolicy === 'Retain'
    if (retained)
      this.#troubles.push({ reason: 'Conflict', message: `${inCircle.map(({ path }) => path).join(', ')}: ${RETAINED_IN_CIRCLE}` })
    return [...stale.filter(({ owned }) => owned !== true), ...(retained ? [] : inCircle)]
  }

  #circleOf(owner: string, cluster: string): ReadonlySet<string> {
    if (this.#troubles.some(({ reason }) => reason !== 'Conflict')) return new Set()
    const { cache } = this.#context
    return pathsInCircle({ mark: owner, targets: this.#targets }, (mark) => {
      const at = syncOf(mark)
      const sync = at === undefined ? undefined : cache.get(VaultSync, at)
      if (sync === undefined || ownerMark(cluster, sync) !== mark) return undefined
      return { mark, targets: sync.status?.targets ?? [] }
    })
  }

  async #removeStale(stale: readonly Target[], owner: string): Promise<void> {
    const { object, signal, recorder } = this.#context
    for (const entry of stale) {
      try {
        const removed = await removeTarget(entry, { world: this.#world, sync: object, owner, signal })
        this.#targets = this.#targets.filter((each) => each !== entry)
        this.#world.meter.cleanup(removed.is)
        if (removed.is === 'foreign') recorder.event(subjectOf(object), leftNote(entry))
        if (removed.is === 'removed')
          recorder.event(subjectOf(object), { reason: 'Removed', note: `removed ${entry.path} from Vault: it is not wanted any more` })
      } catch (error) {
        signal.throwIfAborted()
        this.#targets = this.#targets.map((each) =>
          each === entry ? { ...each, state: 'Removing', message: failureOf(error).message } : each,
        )
        this.#note(error, undefined)
      }
    }
  }

  /** Whether this pass goes to Vault although the ledger may say that all is well. A Secret that changed is written by its version number alone. */
  #looks(): boolean {
    const { spec, status } = this.#context.object
    return spec.verifyValues || spec.resync !== status?.seenResync
  }

  async #mountOf(path: string, connection: Connection): Promise<Mount> {
    const { kvVersion } = this.#context.object.spec
    if (kvVersion !== undefined) return { mount: path.slice(0, path.indexOf('/')), version: kvVersion === '1' ? 1 : 2 }
    return await connection.findMount(path, this.#context.signal)
  }

  #allows(place: Place): boolean {
    return isAllowed(this.#world.rules, scopeOf(this.#world, this.#context.object.metadata.namespace ?? ''), place)
  }

  #count(written: Awaited<ReturnType<typeof writeTarget>>['written'], bytes: number, path: string): void {
    const { meter } = this.#world
    const { recorder, object } = this.#context
    if (written.is === 'written') {
      this.#wrote++
      this.#bytes += bytes
      meter.wrote(written.why, bytes)
      const version = written.version === undefined ? '' : ` as version ${written.version}`
      recorder.event(subjectOf(object), {
        reason: written.why === 'drift' ? 'Repaired' : 'Synced',
        note: `wrote ${path} in Vault${version}`,
      })
    }
    if (written.is === 'conflict') meter.conflict(object.metadata.namespace ?? '')
    meter.rotation(written.is === 'written' && written.why !== 'drift' ? 'detected' : 'skipped')
  }

  #note(error: unknown, mount: Mount | undefined): void {
    const failure = failureOf(error)
    this.#troubles.push({ reason: failure.reason, message: failure.message })
    this.#world.meter.writeError(failure.errorType, mount?.mount ?? '')
    // What may be over soon decides when the next pass comes.
    if (this.#again === undefined || failure.again === 'soon') this.#again = { failure, error }
  }

  #refuse(reason: Reason, message: string): ReconcileResult {
    this.#troubles.push({ reason, message })
    this.#tell()
    return undefined
  }

  #end(): ReconcileResult {
    this.#tell()
    const again = this.#again
    if (again?.failure.afterMs !== undefined) return { requeueAfter: Math.max(1_000, again.failure.afterMs), prune: true }
    if (again?.failure.again === 'soon') throw again.error
    const { spec, status } = this.#context.object
    if (hasNewHolder(status?.targets ?? [], this.#targets)) return { requeueAfter: NEW_HOLDER_MS, prune: true }
    const { checkInterval } = spec
    const every = checkInterval === undefined ? undefined : parseDuration(checkInterval)
    const waiting = this.#troubles.length > 0 ? Math.min(SELDOM_MS, every ?? SELDOM_MS) : every
    if (waiting === undefined) return undefined
    // A tenth of jitter to either side: ten thousand objects of one start must not come back in step.
    return { requeueAfter: Math.round(waiting * (0.9 + 0.2 * this.#world.random())), prune: true }
  }

  #tell(): void {
    const { object, status, condition, clock, recorder } = this.#context
    const report = reportOf(this.#targets, this.#troubles)
    const before = object.status?.conditions?.find(({ type }) => type === 'Ready')
    status.observedGeneration = object.metadata.generation
    if (!deepEqual(status.targets ?? [], this.#targets)) status.targets = [...this.#targets]
    status.synced = report.synced
    status.seenResync = object.spec.resync
    if (this.#wrote > 0) status.lastSyncTime = formatTime(clock.now())
    condition('Ready', report.ready, report.reason, report.message)
    const isNews = before?.reason !== report.reason || before.message !== report.message
    if (!report.ready && isNews && report.reason !== 'Pending')
      recorder.event(subjectOf(object), { type: 'Warning', reason: report.reason, action: 'Sync', note: report.message })
  }
}
