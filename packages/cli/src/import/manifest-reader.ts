type Fields = Readonly<Record<string, unknown>>

/** Whether the value is a JSON object, and so neither null nor an array. */
export function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/**
 * Reads an object of unknown shape field by field, and knows at the end which of them nobody has asked for: so nothing can be dropped without
 * a word.
 */
export class ManifestReader {
  readonly #path: string
  readonly #fields: Fields
  readonly #asked = new Set<string>()
  readonly #children: ManifestReader[] = []

  constructor(path: string, value: unknown) {
    this.#path = path
    this.#fields = isFields(value) ? value : {}
  }

  get path(): string {
    return this.#path
  }

  has(name: string): boolean {
    return Object.hasOwn(this.#fields, name) && this.#fields[name] !== null
  }

  get(name: string): unknown {
    this.#asked.add(name)
    return this.has(name) ? this.#fields[name] : undefined
  }

  text(name: string): string | undefined {
    const value = this.get(name)
    return value === undefined || value === '' ? undefined : String(value)
  }

  child(name: string): ManifestReader {
    const child = new ManifestReader(this.#at(name), this.get(name))
    this.#children.push(child)
    return child
  }

  /** The items of a list; none when there is no list. */
  children(name: string): readonly ManifestReader[] {
    const value = this.get(name)
    const items = (Array.isArray(value) ? value : []).map((item, index) => new ManifestReader(`${this.#at(name)}[${index}]`, item))
    this.#children.push(...items)
    return items
  }

  texts(name: string): readonly string[] {
    const value = this.get(name)
    return Array.isArray(value) ? value.map(String) : []
  }

  names(): readonly string[] {
    return Object.keys(this.#fields)
  }

  /** What is dealt with elsewhere, or says nothing. */
  ignore(...names: readonly string[]): void {
    for (const name of names) this.#asked.add(name)
  }

  /** The fields that nobody has asked for, with their paths. */
  unread(): readonly string[] {
    const own = Object.keys(this.#fields)
      .filter((name) => !this.#asked.has(name))
      .map((name) => this.#at(name))
    return [...own, ...this.#children.flatMap((child) => child.unread())]
  }

  #at(name: string): string {
    return this.#path === '' ? name : `${this.#path}.${name}`
  }
}
