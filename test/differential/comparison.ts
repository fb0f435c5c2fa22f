import { type Difference, differences } from './difference.ts'
import { type Earlier, namespaceOf, post, type Scenario } from './exchange.ts'
import { NormalForm } from './normal-form.ts'
import type { Answer, Side } from './side.ts'

/** One request, and where its two answers differ. */
export interface Comparison {
  readonly area: string
  /** `scenario/id` */
  readonly request: string
  readonly differences: readonly Difference[]
}

export interface Sides {
  readonly ours: Side
  readonly theirs: Side
}

/** Sends a scenario's requests to both servers, one after the other, and compares each pair of answers. */
export async function compare({ ours, theirs }: Sides, { area, name, exchanges }: Scenario): Promise<readonly Comparison[]> {
  const [mine, other] = [new Conversation(ours), new Conversation(theirs)]
  const namespace = post('namespace', '/api/v1/namespaces', { metadata: { name: namespaceOf(name) } })
  const compared: Comparison[] = []
  for (const exchange of [namespace, ...exchanges]) {
    const [one, two] = await Promise.all([mine.ask(exchange), other.ask(exchange)])
    compared.push({ area, request: `${name}/${exchange.id}`, differences: differences(one, two) })
  }
  return compared
}

/** A scenario on one server, with what was said in it. */
class Conversation {
  readonly #side: Side
  readonly #normalForm = new NormalForm()
  readonly #said = new Map<string, unknown>()

  constructor(side: Side) {
    this.#side = side
  }

  async ask(exchange: Scenario['exchanges'][number]): Promise<Answer> {
    const earlier: Earlier = (id) => {
      if (!this.#said.has(id)) throw new Error(`${exchange.id}: nothing was asked as "${id}" before it`)
      return this.#said.get(id)
    }
    const answer = await this.#side.send(exchange, earlier)
    this.#said.set(exchange.id, answer.body)
    return this.#normalForm.of(answer)
  }
}
