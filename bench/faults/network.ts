import { type Client, connectTo, Namespace } from 'kubewright'
import { type FaultProxy, faultProxy, startTestCluster, type TestCluster } from 'kubewright/testing'
import { judge, knows, type Verdict } from './ledger.ts'
import { BLACKHOLE_SCENARIO, HISTORY_SCENARIO, NETWORK_SCENARIOS, type Scenario } from './scenarios.ts'
import { becomesTrue, untilTrue } from './until-true.ts'
import { startWitness, type Witness } from './witness.ts'
import { Writer } from './writer.ts'

const ROUNDS = 3
const CONFIG_MAPS = /\/configmaps$/

export interface Run extends Verdict {
  readonly watches: number
  readonly lists: number
  /** Objects whose last reconcile saw an older state than the last. */
  readonly stale: number
  readonly figures: Readonly<Record<string, number>>
}

/** Each scenario some rounds, in turns, on one kube-apiserver. The blackhole is mostly waiting: the others are played meanwhile, each on its own network. */
export async function measureNetwork(): Promise<ReadonlyMap<Scenario, readonly Run[]>> {
  await using cluster = await startTestCluster({ server: 'real' })
  const runs = new Map<Scenario, Run[]>([...NETWORK_SCENARIOS, BLACKHOLE_SCENARIO, HISTORY_SCENARIO].map((scenario) => [scenario, []]))
  let namespaces = 0
  const run = async (scenario: Scenario) => {
    const done = await play(scenario, cluster, `faults-${++namespaces}`)
    process.stderr.write(`${scenario.name}: ${JSON.stringify(done)}\n`)
    runs.get(scenario)!.push(done)
  }
  const oneByOne = async () => {
    for (const scenario of NETWORK_SCENARIOS) await run(scenario)
  }
  for (let round = 0; round < ROUNDS; round++) {
    await Promise.all([run(BLACKHOLE_SCENARIO), oneByOne()])
    await run(HISTORY_SCENARIO)
  }
  return runs
}

async function play(scenario: Scenario, cluster: TestCluster, namespace: string): Promise<Run> {
  await using proxy = await faultProxy(cluster.connection)
  const admin = connectTo(cluster.connection)
  await createNamespace(admin, namespace)
  const writer = new Writer(admin, namespace)
  await using end = new AsyncDisposableStack()
  end.defer(() => admin.close())
  const witness = await startWitness(proxy.connection, namespace)
  end.defer(() => witness.stop())
  await writer.write(60)
  await untilTrue(() => caughtUp(writer, witness, { relisted: false }))
  proxy.forget()
  const figures = await scenario.play({ cluster, proxy, witness, writer })
  // Whether it was enough, the verdict says.
  await becomesTrue(() => caughtUp(writer, witness, { relisted: listsOf(proxy) > 0 }), 120_000)
  const lists = listsOf(proxy)
  const verdict = judge(writer.made, withoutBirth(writer, witness), { relisted: lists > 0 })
  const stale = [...writer.made].filter(([name, marks]) => witness.reconciled.get(name) !== stateAfter(marks.at(-1)!)).length
  return { ...verdict, stale, watches: proxy.count({ path: CONFIG_MAPS, watch: true }), lists, figures }
}

/** Lists, streamed ones too, since the proxy forgot the first. */
function listsOf({ requests }: FaultProxy): number {
  return requests.filter(({ path, watch, query }) => CONFIG_MAPS.test(path) && (!watch || query.get('sendInitialEvents') === 'true')).length
}

const stateAfter = (mark: string) => (mark.startsWith('=') ? mark : undefined)

/** kube-apiserver puts a ConfigMap of its own into each namespace when its controllers run: not ours to hear of. */
function withoutBirth(writer: Writer, witness: Witness) {
  return new Map([...witness.heard].filter(([name]) => writer.made.has(name)))
}

function caughtUp(writer: Writer, witness: Witness, history: { readonly relisted: boolean }): boolean {
  for (const [name, marks] of writer.made) {
    if (!knows(witness.heard.get(name)?.at(-1), marks.at(-1), history)) return false
    if (witness.reconciled.get(name) !== stateAfter(marks.at(-1)!)) return false
  }
  return true
}

async function createNamespace(admin: Client, name: string): Promise<void> {
  await (await admin.resource(Namespace)).create({ metadata: { name } })
}
