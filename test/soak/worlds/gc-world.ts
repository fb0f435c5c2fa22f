import { GarbageCollectionPolicy } from '@kubewright/operator-gc'
import { type Client, ConfigMap } from 'kubewright'
import type { Chance } from '../random.ts'
import { Expiries } from './expiries.ts'
import { Tenant } from './tenant.ts'
import type { World } from './world.ts'

const MINE = 'example.dev/soak'
const TTL = 'example.dev/ttl'
const PROTECT = 'gc.kubewright.dev/protect'
/** Seconds. */
const [SHORTEST, LONGEST] = [3, 40]
/** How many stay at a time: the heap is to be flat, so the crowd has to be. */
const STAYING = 60

/** Sessions that end when they say so; of some the end is called off before, some others get one. The rest stays. */
export class GcWorld implements World {
  readonly name = 'gc'
  readonly pace = 120
  readonly troubles = []
  readonly #tenant: Tenant
  readonly #expiries = new Expiries()
  /** Not there any more when somebody wanted to change it, and not due. */
  readonly #missed: string[] = []
  #made = 0
  #gone = 0

  constructor(client: Client) {
    this.#tenant = new Tenant(client, 'soak-gc')
  }

  /** Of those that were due. */
  get gone(): number {
    return this.#gone
  }

  async prepare(): Promise<void> {
    await this.#tenant.open()
    const policy = {
      metadata: { name: 'sessions' },
      spec: {
        targetResource: { apiVersion: 'v1', kind: 'ConfigMap', labelSelector: { matchLabels: { [MINE]: 'session' } } },
        ttl: { fieldPath: 'metadata.annotations.example\\.dev/ttl' },
      },
    }
    await this.#tenant.create(GarbageCollectionPolicy, policy)
  }

  async step(chance: Chance): Promise<string | undefined> {
    const roll = chance.below(10)
    if (roll < 5) return this.#create('session', String(SHORTEST + chance.below(LONGEST - SHORTEST)))
    const staying = this.#expiries.staying(Date.now(), 500)
    if (staying.length === 0 || roll < 6) return this.#create('settings')
    const name = chance.pick(staying)
    if (staying.length > STAYING) return this.#delete(name)
    if (roll < 8) return this.#protect(name)
    return this.#touch(name)
  }

  async wrong(): Promise<readonly string[]> {
    const present = await this.#present()
    // After the list: what became due meanwhile may have gone meanwhile.
    const now = Date.now()
    const missing = [...this.#missed.splice(0), ...this.#expiries.wronglyGone(present, now)]
    this.#gone += this.#expiries.settle(present, now)
    return missing.map((name) => `ConfigMap "${name}" is gone and was not due`)
  }

  async unsettled(): Promise<readonly string[]> {
    const now = Date.now()
    const present = await this.#present()
    const overdue = this.#expiries.overdue(present, now).map((name) => `ConfigMap "${name}" was due and is there`)
    this.#gone += this.#expiries.settle(present, now)
    const waiting = this.#expiries.due().length - overdue.length
    return waiting > 0 ? [...overdue, `${waiting} ConfigMaps are not due yet`] : overdue
  }

  /** Deletes something behind its own back, which it has to find. */
  async plantDeletion(): Promise<void> {
    const [name] = this.#expiries.staying(Date.now(), LONGEST * 1_000)
    if (name === undefined) throw new Error('nothing stays yet: let it go on for longer')
    await this.#tenant.delete(ConfigMap, name)
  }

  /** Takes something for due that is protected, so that it has to be missed. */
  async plantMiss(): Promise<void> {
    const { metadata } = await this.#tenant.create(ConfigMap, { metadata: { name: 'planted', labels: { [MINE]: 'session' } } })
    this.#expiries.note('planted', { uid: metadata.uid!, dueAt: Date.now() })
  }

  async stop(): Promise<void> {}

  async #create(app: 'session' | 'settings', ttl?: string): Promise<string> {
    const name = `${app}-${++this.#made}`
    const annotations = ttl === undefined ? {} : { [TTL]: ttl }
    const created = await this.#tenant.create(ConfigMap, { metadata: { name, labels: { [MINE]: app }, annotations }, data: { step: '0' } })
    const at = Date.parse(created.metadata.creationTimestamp!)
    this.#expiries.note(name, { uid: created.metadata.uid!, dueAt: ttl === undefined ? undefined : at + Number(ttl) * 1_000 })
    return `${app} created`
  }

  /** What the server has taken before the end has come holds, even if it was at the last moment. */
  async #protect(name: string): Promise<string | undefined> {
    const changed = await this.#tenant.change(ConfigMap, name, { metadata: { annotations: { [PROTECT]: 'true' } } })
    if (changed === undefined) return this.#miss(name)
    this.#expiries.note(name, { uid: changed.metadata.uid!, dueAt: undefined })
    return 'protected'
  }

  async #touch(name: string): Promise<string | undefined> {
    const changed = await this.#tenant.change(ConfigMap, name, { data: { step: String(++this.#made) } })
    return changed === undefined ? this.#miss(name) : 'changed'
  }

  #miss(name: string): undefined {
    const { dueAt } = this.#expiries.get(name)!
    if (dueAt === undefined || Date.now() < dueAt) this.#missed.push(name)
  }

  async #delete(name: string): Promise<string> {
    this.#expiries.forget(name)
    await this.#tenant.delete(ConfigMap, name)
    return 'deleted by hand'
  }

  async #present(): Promise<ReadonlyMap<string, string>> {
    const objects = await this.#tenant.list(ConfigMap, MINE)
    return new Map(objects.map(({ metadata }) => [metadata.name!, metadata.uid!]))
  }
}
