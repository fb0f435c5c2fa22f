/**
 * A set of field paths, as a tree. Steps are in the notation of FieldsV1: `f:name` a field, `k:{"name":"x"}` an item of a keyed list,
 * `v:"x"` an item of a set. Never changed once it is shared; the operations make new sets.
 */
export class FieldSet {
  /** Whether the path to this node is in the set itself. */
  readonly member: boolean
  readonly children: ReadonlyMap<string, FieldSet>

  constructor(member: boolean, children: ReadonlyMap<string, FieldSet> = new Map()) {
    this.member = member
    this.children = children
  }

  static readonly empty = new FieldSet(false)
  static readonly leaf = new FieldSet(true)

  /** Reads the JSON of `fieldsV1`; what is no such JSON counts as empty. */
  static fromJson(json: unknown): FieldSet {
    if (typeof json !== 'object' || json === null) return FieldSet.empty
    return nodeFromJson(json as Readonly<Record<string, unknown>>, false)
  }

  toJson(): Readonly<Record<string, unknown>> {
    const fields: Record<string, unknown> = {}
    if (this.member && this.children.size > 0) fields['.'] = {}
    for (const step of [...this.children.keys()].sort()) fields[step] = this.children.get(step)!.toJson()
    return fields
  }

  get isEmpty(): boolean {
    return !this.member && [...this.children.values()].every((child) => child.isEmpty)
  }

  union(other: FieldSet): FieldSet {
    if (other.isEmpty) return this
    const children = new Map(this.children)
    for (const [step, child] of other.children) children.set(step, (children.get(step) ?? FieldSet.empty).union(child))
    return new FieldSet(this.member || other.member, children)
  }

  intersection(other: FieldSet): FieldSet {
    return prunedSet(this.member && other.member, this.children, (step, child) =>
      child.intersection(other.children.get(step) ?? FieldSet.empty),
    )
  }

  difference(other: FieldSet): FieldSet {
    return prunedSet(this.member && !other.member, this.children, (step, child) => {
      const minus = other.children.get(step)
      return minus === undefined ? child : child.difference(minus)
    })
  }

  /** Without the paths at and below those of `other`. */
  without(other: FieldSet): FieldSet {
    return prunedSet(this.member, this.children, (step, child) => {
      const minus = other.children.get(step)
      if (minus === undefined) return child
      return minus.member ? FieldSet.empty : child.without(minus)
    })
  }

  equals(other: FieldSet): boolean {
    return this.difference(other).isEmpty && other.difference(this).isEmpty
  }

  /** Every path in the set, as lists of steps. */
  *paths(prefix: readonly string[] = []): Iterable<readonly string[]> {
    if (this.member) yield prefix
    for (const step of [...this.children.keys()].sort()) yield* this.children.get(step)!.paths([...prefix, step])
  }
}

function nodeFromJson(json: Readonly<Record<string, unknown>>, isChild: boolean): FieldSet {
  const steps = Object.entries(json).filter(([step]) => step !== '.')
  const children = new Map(steps.map(([step, child]) => [step, nodeFromJson((child ?? {}) as Readonly<Record<string, unknown>>, true)]))
  return new FieldSet(isChild && (steps.length === 0 || '.' in json), children)
}

function prunedSet(
  member: boolean,
  children: ReadonlyMap<string, FieldSet>,
  change: (step: string, child: FieldSet) => FieldSet,
): FieldSet {
  const kept = [...children].map(([step, child]) => [step, change(step, child)] as const).filter(([, child]) => !child.isEmpty)
  return new FieldSet(member, new Map(kept))
}

/** `.spec.containers[name="c"].image`, as conflicts name a field. */
export function printPath(steps: readonly string[]): string {
  return steps.map(printStep).join('')
}

function printStep(step: string): string {
  const rest = step.slice(2)
  if (step.startsWith('f:')) return `.${rest}`
  if (step.startsWith('v:')) return `[=${rest}]`
  const keys = JSON.parse(rest) as Readonly<Record<string, unknown>>
  return `[${Object.entries(keys)
    .map(([key, value]) => `${key}=${JSON.stringify(value)}`)
    .join(',')}]`
}
