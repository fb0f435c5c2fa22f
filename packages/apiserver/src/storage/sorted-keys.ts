/** Keys in etcd's order: byte order of `namespace/name`, which for the ASCII of Kubernetes names is the order of UTF-16 units. */
export class SortedKeys {
  private readonly keys: string[] = []

  get size(): number {
    return this.keys.length
  }

  add(key: string): void {
    const index = this.indexOf(key)
    if (this.keys[index] !== key) this.keys.splice(index, 0, key)
  }

  /** Many at once, none of them there before: in any order, and in place only after {@link sort}. */
  append(key: string): void {
    this.keys.push(key)
  }

  sort(): void {
    this.keys.sort((a, b) => (a < b ? -1 : 1))
  }

  delete(key: string): void {
    const index = this.indexOf(key)
    if (this.keys[index] === key) this.keys.splice(index, 1)
  }

  /** Keys in [from, to). */
  range(from: string, to: string | undefined): readonly string[] {
    return this.keys.slice(this.indexOf(from), to === undefined ? undefined : this.indexOf(to))
  }

  /** Where the first key that is not less than `key` stands. */
  private indexOf(key: string): number {
    let low = 0
    let high = this.keys.length
    while (low < high) {
      const middle = (low + high) >>> 1
      if (this.keys[middle]! < key) low = middle + 1
      else high = middle
    }
    return low
  }
}
