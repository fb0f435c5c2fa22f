import { type CelType, isDyn, parametersOf, sameType, typeName, withParameters } from './type.ts'

/** What is known so far of the open types of an expression. Grows while it is checked; an attempt that fails leaves no trace. */
export class Substitution {
  #bound = new Map<string, CelType>()
  #fresh = 0

  /** A type that is not known yet: of an empty list's elements, of a generic function's argument. */
  fresh(): CelType {
    return { kind: 'parameter', name: `_var${this.#fresh++}` }
  }

  /** Whether a value of `source` may stand where `target` is wanted. Binds open types as far as that takes it. */
  assign(source: CelType, target: CelType): boolean {
    return this.assignAll([source], [target])
  }

  assignAll(sources: readonly CelType[], targets: readonly CelType[]): boolean {
    if (sources.length !== targets.length) return false
    const before = this.#bound
    this.#bound = new Map(before)
    if (sources.every((source, index) => this.#assignable(source, targets[index]!))) return true
    this.#bound = before
    return false
  }

  /** The type with what is known filled in. @param final whether what is still open becomes dyn */
  resolve(type: CelType, final = false): CelType {
    if (type.kind === 'parameter') {
      const bound = this.#bound.get(type.name)
      if (bound !== undefined) return this.resolve(bound, final)
      return final ? { kind: 'dyn' } : type
    }
    const parameters = parametersOf(type)
    if (parameters.length === 0) return type
    const resolved = parameters.map((parameter) => this.resolve(parameter, final))
    return resolved.every((parameter, index) => parameter === parameters[index]) ? type : withParameters(type, resolved)
  }

  #assignable(source: CelType, target: CelType): boolean {
    if (target.kind === 'parameter') {
      const outcome = this.#bind(source, target.name, target)
      if (outcome !== 'no') return outcome === 'bound'
    }
    if (source.kind === 'parameter') return this.#bind(target, source.name, source) === 'bound'
    if (isDyn(source) || isDyn(target)) return true
    if (source.kind === 'null_type') return acceptsNull(target)
    // cel-go: a type is one of types, whichever types they are of.
    if (source.kind === 'type' && target.kind === 'type') return true
    if (source.kind !== target.kind || typeName(source) !== typeName(target)) return false
    const left = parametersOf(source)
    const right = parametersOf(target)
    return left.length === right.length && left.every((type, index) => this.#assignable(type, right[index]!))
  }

  #bind(type: CelType, name: string, open: CelType): 'bound' | 'conflict' | 'no' {
    if (type.kind === 'parameter' && type.name === name) return 'bound'
    const bound = this.#bound.get(name)
    if (bound !== undefined) {
      if (!this.#assignable(type, bound)) return 'conflict'
      const general = mostGeneral(type, bound)
      if (!this.#mentions(general, name)) this.#bound.set(name, general)
      return 'bound'
    }
    if (this.#mentions(type, name)) return 'no'
    this.#bound.set(open.kind === 'parameter' ? open.name : name, type)
    return 'bound'
  }

  #mentions(type: CelType, name: string): boolean {
    if (type.kind === 'parameter') {
      if (type.name === name) return true
      const bound = this.#bound.get(type.name)
      return bound !== undefined && this.#mentions(bound, name)
    }
    return parametersOf(type).some((parameter) => this.#mentions(parameter, name))
  }
}

function acceptsNull(type: CelType): boolean {
  return type.kind === 'null_type' || type.kind === 'object' || type.kind === 'timestamp' || type.kind === 'duration'
}

/** Of two types of which one takes the other's values, the one that says less. */
export function mostGeneral(a: CelType, b: CelType): CelType {
  return isLessSpecific(a, b) ? a : b
}

function isLessSpecific(a: CelType, b: CelType): boolean {
  if (isDyn(a) || a.kind === 'parameter') return true
  if (isDyn(b) || b.kind === 'parameter') return false
  if (a.kind === 'null_type') return b.kind === 'null_type'
  if (b.kind === 'null_type') return acceptsNull(a)
  if (a.kind !== b.kind || typeName(a) !== typeName(b)) return false
  const left = parametersOf(a)
  const right = parametersOf(b)
  return left.length === right.length && (left.every((type, index) => isLessSpecific(type, right[index]!)) || sameType(a, b))
}
