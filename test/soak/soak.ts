// Everything of a soak: an API server, Vaults, S3 and the churn in this process, the operators in another, a network that fails now and then between them.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Client, isApiError, messageOf, sleep } from 'kubewright'
import { expectNoWrites, type FaultProxy, faultProxy, type RequestInfo, startTestCluster, type TestCluster } from 'kubewright/testing'
import { cacheDifferences } from './cache-truth.ts'
import { networkTroubles, trouble } from './network-troubles.ts'
import { OperatorsProcess } from './operators-process.ts'
import type { SoakChoice } from './options.ts'
import { type Chance, chanceOf } from './random.ts'
import { problemsOf, type SoakReport } from './report.ts'
import { complaints, judgeFigures, type Taken } from './verdict.ts'
import { ApplicationWorld } from './worlds/application-world.ts'
import { GcWorld } from './worlds/gc-world.ts'
import { S3World } from './worlds/s3-world.ts'
import { UnsealerWorld } from './worlds/unsealer-world.ts'
import { VaultSyncWorld } from './worlds/vault-sync-world.ts'
import type { World } from './worlds/world.ts'

export interface SoakOptions extends SoakChoice {
  readonly signal: AbortSignal
  /** A line for whoever waits. */
  readonly say: (line: string) => void
}

/** Between two samples, two looks at what must never be, and two troubles; in ms. */
const [SAMPLE_PACE, AUDIT_PACE, TROUBLE_PACE] = [3_000, 2_000, 6_000]
/** A key whose making was interrupted waits for a minute and more, behind watches that may be dead for two; in ms. */
const SETTLE = 300_000
/** What was counted is written to a status ten seconds later, in ms. */
const COUNTED = 15_000
/** How long nothing may be written when nothing happens, in ms: longer than the interval at which drift is looked for. */
const QUIET = 40_000

/** @throws Error when the servers or the operators cannot be had, or the operators end by themselves; the signal's reason */
export async function soak(options: SoakOptions): Promise<SoakReport> {
  await using cluster = await startTestCluster({ server: options.server, controllers: true, signal: options.signal })
  await using proxy = await faultProxy(cluster.connection)
  const folder = mkdtempSync(join(tmpdir(), 'kubewright-soak-'))
  const admin = cluster.client({ fieldManager: 'soak' })
  const gc = new GcWorld(admin)
  const vaultSync = await VaultSyncWorld.start(admin)
  const worlds: readonly World[] = [
    gc,
    vaultSync,
    await UnsealerWorld.start(admin),
    await S3World.start(admin),
    new ApplicationWorld(admin),
  ]
  let operators: OperatorsProcess | undefined
  let report: SoakReport | undefined
  try {
    const settings = settingsFor(vaultSync, folder)
    operators = await OperatorsProcess.start({ connection: proxy.connection, settings, isLeaking: options.plant === 'leak' }, folder)
    report = await new Soak({ options, cluster, proxy, admin, worlds, gc, operators }).run()
    return report
  } finally {
    operators?.kill()
    for (const world of worlds) await world.stop()
    if (report !== undefined && problemsOf(report).length === 0) rmSync(folder, { recursive: true, force: true })
    else options.say(`what the operators have logged is in ${folder}`)
  }
}

function settingsFor({ vault }: VaultSyncWorld, folder: string): Readonly<Record<string, string>> {
  const tokenFile = join(folder, 'vault-token')
  writeFileSync(tokenFile, vault.rootToken, { mode: 0o600 })
  return {
    vaultSyncVaultAddr: vault.address,
    vaultSyncVaultTokenFile: tokenFile,
    // As often as they may: what is looked at again and again must not be written again.
    vaultSyncDriftInterval: '30s',
    s3DriftCheckIntervalSeconds: '30',
  }
}

interface Parts {
  readonly options: SoakOptions
  readonly cluster: TestCluster
  readonly proxy: FaultProxy
  readonly admin: Client
  readonly worlds: readonly World[]
  readonly gc: GcWorld
  readonly operators: OperatorsProcess
}

class Soak {
  readonly #parts: Parts
  readonly #chance: Chance
  readonly #taken: Taken[] = []
  readonly #steps = new Map<string, number>()
  readonly #failures = new Set<string>()

  constructor(parts: Parts) {
    this.#parts = parts
    this.#chance = chanceOf(parts.options.seed)
  }

  async run(): Promise<SoakReport> {
    const { worlds, options, operators, gc } = this.#parts
    for (const world of worlds) await world.prepare()
    const troubles = await this.#churn()
    if (options.plant === 'miss') await gc.plantMiss()
    if (options.plant === 'deletion') await gc.plantDeletion()
    options.say('the churn is over: waiting until everything is as it has to be')
    const settledIn = await this.#settle()
    await sleep(COUNTED, { signal: options.signal })
    await this.#expectQuiet()
    const end = await operators.stop()
    if (end !== undefined) this.#failures.add(`the operators: ${end}`)
    for (const complaint of complaints(this.#taken)) this.#failures.add(complaint)
    return {
      samples: this.#taken,
      figures: judgeFigures(this.#taken),
      steps: new Map([...this.#steps].sort(([a], [b]) => (a < b ? -1 : 1))),
      troubles,
      deletions: gc.gone,
      settledIn,
      failures: [...this.#failures],
    }
  }

  /** Everything at once, until the time is over or something breaks. */
  async #churn(): Promise<ReadonlyMap<string, number>> {
    const { options, worlds, proxy, cluster } = this.#parts
    const over = new AbortController()
    const signal = AbortSignal.any([options.signal, over.signal])
    const all = [...networkTroubles(proxy, cluster), ...worlds.flatMap((world) => world.troubles)]
    const troubles = trouble(all, { chance: this.#chance.fork(), pace: TROUBLE_PACE, signal })
    const running = [troubles, this.#sampling(signal), ...worlds.map((world) => this.#live(world, this.#chance.fork(), signal))]
    try {
      await Promise.race([sleep(options.minutes * 60_000, { signal }), Promise.all(running)])
    } finally {
      over.abort()
      await Promise.allSettled(running)
    }
    options.signal.throwIfAborted()
    await Promise.all(running)
    return troubles
  }

  /** One step after the other, and a look in between: a look sees no step half done. */
  async #live(world: World, chance: Chance, signal: AbortSignal): Promise<void> {
    let refusals = 0
    for (let lookedAt = performance.now(); await slept(world.pace, signal); ) {
      const step = await stepOf(world, chance)
      refusals = step === REFUSED ? refusals + 1 : 0
      if (refusals === REFUSALS) this.#failures.add(`${world.name}: ${REFUSALS} requests in a row were refused, as no webhook answered`)
      if (step !== undefined) this.#count(`${world.name}: ${step}`)
      if (performance.now() - lookedAt < AUDIT_PACE) continue
      lookedAt = performance.now()
      await this.#look(world)
    }
  }

  #count(step: string): void {
    this.#steps.set(step, (this.#steps.get(step) ?? 0) + 1)
  }

  async #look(world: World): Promise<void> {
    for (const wrong of await world.wrong()) this.#failures.add(`${world.name}: ${wrong}`)
  }

  async #sampling(signal: AbortSignal): Promise<void> {
    const { operators, proxy, options } = this.#parts
    const from = performance.now()
    for (let told = 0; await slept(SAMPLE_PACE, signal); ) {
      // What the proxy remembers is of no use here, and would be all there is after some hours.
      proxy.forget()
      const sample = await operators.sample()
      const at = (performance.now() - from) / 60_000
      this.#taken.push({ at, sample })
      if (Math.floor(at) === told) continue
      told = Math.floor(at)
      options.say(`${told} min: heap ${(sample.heap / 1e6).toFixed(1)} MB, ${sample.handles} handles, ${sample.series} series`)
    }
  }

  /** @returns seconds */
  async #settle(): Promise<number> {
    const { worlds, options } = this.#parts
    const from = performance.now()
    for (;;) {
      options.signal.throwIfAborted()
      for (const world of worlds) await this.#look(world)
      const left = await this.#unsettled()
      const waited = performance.now() - from
      if (left.length === 0) return waited / 1_000
      if (waited > SETTLE) {
        for (const word of left) this.#failures.add(`missed: ${word}`)
        return waited / 1_000
      }
      await sleep(1_000, { signal: options.signal })
    }
  }

  async #unsettled(): Promise<readonly string[]> {
    const { worlds, operators, admin } = this.#parts
    const words = await Promise.all(worlds.map(async (world) => (await world.unsettled()).map((word) => `${world.name}: ${word}`)))
    // Also while something is missed: whether the cache knows of it is the first question.
    const cache = await cacheDifferences(admin, await operators.cached())
    return [...words.flat(), ...cache.map((word) => `cache: ${word}`)]
  }

  async #expectQuiet(): Promise<void> {
    const { proxy, options } = this.#parts
    options.say(`nothing happens now: for ${QUIET / 1_000} s nothing may be written`)
    try {
      await expectNoWrites(proxy, { for: QUIET, except: isLate, signal: options.signal })
    } catch (error) {
      options.signal.throwIfAborted()
      this.#failures.add(`in the quiet time: ${messageOf(error)}`)
    }
  }
}

/** What is written minutes later: how often an event happened in all, and that the making of a key which was interrupted is over for good. */
const isLate = (info: RequestInfo) => info.is === 'resource' && (info.resource === 'events' || info.resource === 'accesskeys')

const REFUSED = 'refused, as no webhook answered'
/** A busy machine may keep one waiting for longer than the ten seconds that a webhook has, and whoever writes tries again. */
const REFUSALS = 3

/** The API server waits for ten seconds; the hook itself, half a second before, says that it will not be done in time. */
export const isUnanswered = (error: unknown) => isApiError(error) && /failed calling webhook|hook did not answer within/.test(error.message)

export async function stepOf(world: World, chance: Chance): Promise<string | undefined> {
  try {
    return await world.step(chance)
  } catch (error) {
    if (isUnanswered(error)) return REFUSED
    throw error
  }
}

/** False: the time is over. */
async function slept(ms: number, signal: AbortSignal): Promise<boolean> {
  try {
    await sleep(ms, { signal })
    return true
  } catch (error) {
    if (signal.aborted) return false
    throw error
  }
}
