/** The placeholders of a recording and what stands for them in the server it is replayed at. Learned from answers, used in requests. */
export class Bindings {
  readonly #live = new Map<string, string>()

  bind(recorded: string, live: string): void {
    // The first meaning stands: a placeholder is one thing for a whole scene, except shares, which a rekey numbers anew.
    if (recorded !== live) this.#live.set(recorded, live)
  }

  /** The recording numbers role ids and secret ids from one on, both alike: what a placeholder means depends on its field. */
  bindField(field: string, recorded: string, live: string): void {
    this.#live.set(`${field} ${recorded}`, live)
  }

  /** A value of a request with its placeholders replaced, inside longer texts too. */
  applied(value: unknown): unknown {
    if (typeof value === 'string') return this.text(value)
    if (Array.isArray(value)) return value.map((item) => this.applied(item))
    if (typeof value === 'object' && value !== null)
      return Object.fromEntries(
        Object.entries(value).map(([key, item]) => [key, this.#live.get(`${key} ${String(item)}`) ?? this.applied(item)]),
      )
    return value
  }

  text(value: string): string {
    const whole = this.#live.get(value)
    if (whole !== undefined) return whole
    const share = /^[0-9A-F]{64,}$/.test(value) ? this.#live.get(value.toLowerCase()) : undefined
    if (share !== undefined) return share.toUpperCase()
    let text = value
    for (const [recorded, live] of this.#live) if (recorded.length > 8 && text.includes(recorded)) text = text.replaceAll(recorded, live)
    return text
  }
}
