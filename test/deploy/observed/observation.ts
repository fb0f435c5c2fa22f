// A run of everything: an API server, Vaults and S3, the operators as programs of their own, everyday life and everything that goes wrong, and a real
// Prometheus that looks at it.
import { sleep } from 'kubewright'
import { startTestCluster } from 'kubewright/testing'
import { chanceOf } from '../../soak/random.ts'
import { stepOf } from '../../soak/soak.ts'
import type { World } from '../../soak/worlds/world.ts'
import { allAlerts, allPanels } from '../asked-metrics.ts'
import { comparedBy, forPrometheus } from './expression.ts'
import { ObservedProgram, type ProgramPlan } from './program.ts'
import { Prometheus } from './prometheus.ts'
import { applicationScene } from './scenes/application-scene.ts'
import { gcScene } from './scenes/gc-scene.ts'
import { hinderedScene } from './scenes/hindered-scene.ts'
import { s3Scene } from './scenes/s3-scene.ts'
import type { Scene, Stage } from './scenes/scene.ts'
import { vaultSyncScene } from './scenes/vault-sync-scene.ts'
import { vaultUnsealerScene } from './scenes/vault-unsealer-scene.ts'
import { type Observation, type ObservedAlert, type ObservedPanel, rangeOf } from './verdict.ts'

export interface ObservationOptions {
  /** How long everything goes on after the last trouble has begun. */
  readonly seconds: number
  /** For logs, and the series of Prometheus. */
  readonly folder: string
  /** A line for whoever waits. */
  readonly say: (line: string) => void
  readonly signal: AbortSignal
}

/** Nobody listens there. */
const CLOSED = { job: 'gc', port: 9 }
/** Above the second of the alert about the event loop, in ms. */
const FROZEN = 4_000

/** @throws Error when something does not get ready; the signal's reason */
export async function observe(options: ObservationOptions): Promise<Observation> {
  const { folder, say, signal } = options
  await using cleanup = new AsyncDisposableStack()
  const cluster = cleanup.use(await startTestCluster({ server: 'embedded', controllers: true, signal }))
  const scenes = await scenesOf({ cluster, admin: cluster.client({ fieldManager: 'observation' }), folder }, cleanup)
  const programs: ObservedProgram[] = []
  const begin = async (plans: readonly ProgramPlan[]) => {
    const begun: ObservedProgram[] = []
    for (const plan of plans) {
      const program = await ObservedProgram.start(plan, folder)
      cleanup.defer(() => program.stop())
      begun.push(program)
    }
    for (const program of begun) await program.ready()
    programs.push(...begun)
  }
  const plans = scenes.flatMap((scene) => scene.programs)
  await begin(plans.filter(({ beside }) => !beside))
  await begin(plans.filter(({ beside }) => beside))
  say(`${programs.length} programs are ready`)
  const prometheus = cleanup.use(await Prometheus.start([...programs.map(({ target }) => target), CLOSED], folder))
  await liveThrough(scenes, programs, options)
  return { panels: await panelsSeen(prometheus), alerts: await alertsSeen(prometheus) }
}

async function scenesOf(stage: Stage, cleanup: AsyncDisposableStack): Promise<readonly Scene[]> {
  const makers = [applicationScene, gcScene, hinderedScene, s3Scene, vaultSyncScene, vaultUnsealerScene]
  const scenes: Scene[] = []
  for (const make of makers) {
    const scene = await make(stage)
    cleanup.defer(() => scene.stop())
    scenes.push(scene)
  }
  return scenes
}

async function liveThrough(scenes: readonly Scene[], programs: readonly ObservedProgram[], options: ObservationOptions): Promise<void> {
  const over = new AbortController()
  const signal = AbortSignal.any([options.signal, over.signal])
  const worlds = scenes.flatMap(({ world }) => (world === undefined ? [] : [world]))
  for (const world of worlds) await world.prepare()
  const lives = worlds.map((world) => live(world, signal))
  try {
    await Promise.race([
      Promise.all(lives),
      (async () => {
        await Promise.all(scenes.map((scene) => scene.trouble()))
        options.say(`everything goes wrong that is to go wrong: ${options.seconds} s more`)
        await programs.find(({ target }) => target.job === 'hindered')?.freeze(FROZEN)
        await sleep(options.seconds * 1_000, { signal })
      })(),
    ])
  } finally {
    over.abort()
    await Promise.allSettled(lives)
  }
}

/** Everyday life, until the signal aborts. */
async function live(world: World, signal: AbortSignal): Promise<void> {
  const chance = chanceOf(1)
  while (!signal.aborted) {
    await stepOf(world, chance)
    // Of which worlds keep account, too.
    await world.wrong()
    await sleep(world.pace, { signal }).catch((error: unknown) => {
      if (!signal.aborted) throw error
    })
  }
}

async function panelsSeen(prometheus: Prometheus): Promise<readonly ObservedPanel[]> {
  const seen: ObservedPanel[] = []
  for (const { file: dashboard, title, expr } of allPanels()) {
    const series = await prometheus.range(forPrometheus(expr))
    seen.push({ dashboard, title, expr, series: series.length, range: rangeOf(series) })
  }
  return seen
}

async function alertsSeen(prometheus: Prometheus): Promise<readonly ObservedAlert[]> {
  const active = new Set((await prometheus.range('count_over_time(ALERTS[1h])')).map(({ labels }) => labels['alertname']))
  const seen: ObservedAlert[] = []
  for (const { file, alert, expr } of allAlerts()) {
    const series = await prometheus.range(comparedBy(expr))
    seen.push({ file, alert, held: active.has(alert), series: series.length, highest: rangeOf(series)?.[1] })
  }
  return seen
}
