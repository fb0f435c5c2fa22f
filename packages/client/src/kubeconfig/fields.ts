import type { Problems } from './problems.ts'

/** Reads the fields of one mapping of a kubeconfig; a field of the wrong type becomes a problem that names it, and reads as absent. */
export class Fields {
  readonly #raw: Readonly<Record<string, unknown>>
  readonly #where: string
  readonly #problems: Problems

  /** @param where how messages name the mapping: `FILE: users[admin].user` */
  constructor(raw: unknown, where: string, problems: Problems) {
    const isMapping = typeof raw === 'object' && raw !== null && !Array.isArray(raw)
    if (!isMapping && raw !== null && raw !== undefined) problems.add(`${where} is not a mapping`)
    this.#raw = isMapping ? (raw as Record<string, unknown>) : {}
    this.#where = where
    this.#problems = problems
  }

  where(key: string): string {
    return `${this.#where}.${key}`
  }

  has(key: string): boolean {
    const value = this.#raw[key]
    return value !== undefined && value !== null && value !== ''
  }

  raw(key: string): unknown {
    return this.#raw[key]
  }

  /** Empty counts as absent, as in client-go. */
  text(key: string): string | undefined {
    const value = this.#raw[key]
    if (value === undefined || value === null || value === '') return undefined
    if (typeof value === 'string') return value
    this.#problems.add(`${this.where(key)} is ${describe(value)}, not a string: put it in quotes`)
    return undefined
  }

  flag(key: string): boolean {
    const value = this.#raw[key]
    if (value === undefined || value === null) return false
    if (typeof value === 'boolean') return value
    this.#problems.add(`${this.where(key)} is ${describe(value)}: write true or false, without quotes`)
    return false
  }

  texts(key: string): readonly string[] {
    const value = this.#raw[key]
    if (value === undefined || value === null) return []
    if (Array.isArray(value) && value.every((item) => typeof item === 'string')) return value
    this.#problems.add(`${this.where(key)} is not a list of strings`)
    return []
  }

  child(key: string): Fields {
    return new Fields(this.#raw[key], this.where(key), this.#problems)
  }

  children(key: string): readonly Fields[] {
    const value = this.#raw[key]
    if (value === undefined || value === null) return []
    if (Array.isArray(value)) return value.map((item, index) => new Fields(item, `${this.where(key)}[${index}]`, this.#problems))
    this.#problems.add(`${this.where(key)} is not a list`)
    return []
  }
}

// The type and never the value: the field may hold a secret.
function describe(value: unknown): string {
  if (Array.isArray(value)) return 'a list'
  return typeof value === 'object' ? 'a mapping' : `a ${typeof value}`
}
