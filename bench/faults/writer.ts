import { type Client, ConfigMap, sleep } from 'kubewright'
import type { Mark } from './ledger.ts'

const OBJECTS = 20
/** Changes per second: an update, and now and then a deletion and a creation. */
const RATE = 50

/** Changes objects of a namespace straight on the server, and writes down what it did. */
export class Writer {
  readonly made = new Map<string, Mark[]>()
  readonly #client: Client
  readonly #namespace: string
  #next = 0

  constructor(client: Client, namespace: string) {
    this.#client = client
    this.#namespace = namespace
  }

  /** So many changes one after the other, as fast as the server takes them. */
  async write(changes: number): Promise<void> {
    for (let change = 0; change < changes; change++) await this.#change()
  }

  /** Changes at {@link RATE} for so long. */
  async writeFor(ms: number): Promise<void> {
    const end = performance.now() + ms
    while (performance.now() < end) {
      await this.#change()
      await sleep(1000 / RATE)
    }
  }

  async #change(): Promise<void> {
    const configMaps = await this.#client.resource(ConfigMap)
    const number = this.#next++
    const name = `object-${number % OBJECTS}`
    const marks = this.made.get(name) ?? []
    this.made.set(name, marks)
    const last = marks.at(-1)
    const at = { namespace: this.#namespace, name }
    const data = { number: String(number) }
    if (last === undefined || last.startsWith('-')) {
      await configMaps.create({ metadata: at, data })
      marks.push(`=${number}`)
    } else if (number % 7 === 3) {
      await configMaps.delete(at)
      marks.push(`-${Number(last.slice(1))}`)
    } else {
      await configMaps.patch(at, { type: 'merge', body: { data } })
      marks.push(`=${number}`)
    }
  }
}
