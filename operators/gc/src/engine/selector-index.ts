import { type KubeObject, type LabelSelector, matchesLabels } from 'kubewright'

export interface Selecting {
  /** `undefined`: all. */
  readonly namespace: string | undefined
  readonly selector: LabelSelector
}

/** Who selects an object, found by its namespace and labels: an event costs as much as it concerns, and not as many as there are. */
export class SelectorIndex<T extends Selecting> {
  readonly #places = new Map<string, Set<T>>()

  add(member: T): void {
    for (const place of placesOf(member)) {
      const there = this.#places.get(place) ?? new Set<T>()
      this.#places.set(place, there.add(member))
    }
  }

  remove(member: T): void {
    for (const place of placesOf(member)) {
      const there = this.#places.get(place)
      there?.delete(member)
      if (there?.size === 0) this.#places.delete(place)
    }
  }

  *selecting(object: KubeObject): Generator<T> {
    const { namespace, labels = {} } = object.metadata
    for (const where of namespace === undefined ? ['*'] : [`/${namespace}`, '*']) {
      yield* this.#matching(where, labels)
      for (const [key, value] of Object.entries(labels)) {
        yield* this.#matching(`${where} ${key}=${value}`, labels)
        yield* this.#matching(`${where} ${key}`, labels)
      }
    }
  }

  *#matching(place: string, labels: Readonly<Record<string, string>>): Generator<T> {
    for (const member of this.#places.get(place) ?? []) if (matchesLabels(member.selector, labels)) yield member
  }
}

export function selects({ namespace, selector }: Selecting, { metadata }: KubeObject): boolean {
  return (namespace === undefined || namespace === metadata.namespace) && matchesLabels(selector, metadata.labels)
}

/** One requirement settles where a member is looked for: the narrowest that names what an object must have. */
function placesOf({ namespace, selector }: Selecting): readonly string[] {
  const where = namespace === undefined ? '*' : `/${namespace}`
  const values = selector.filter(({ operator }) => operator === 'In').sort((a, b) => a.values.length - b.values.length)[0]
  if (values !== undefined) return values.values.map((value) => `${where} ${values.key}=${value}`)
  const key = selector.find(({ operator }) => operator === 'Exists')?.key
  return [key === undefined ? where : `${where} ${key}`]
}
