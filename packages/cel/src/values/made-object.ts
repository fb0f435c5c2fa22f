import type { ObjectType } from '../types/type.ts'
import { CelList, CelMap, CelObject, type CelValue } from './value.ts'

/** An object that an expression made: `Object.spec{replicas: 3}`. */
export class MadeObject extends CelObject {
  readonly declared: ObjectType
  readonly #fields: ReadonlyMap<string, CelValue>

  constructor(declared: ObjectType, fields: ReadonlyMap<string, CelValue>) {
    super()
    this.declared = declared
    this.#fields = fields
  }
  get size(): number {
    return this.#fields.size
  }
  get(key: CelValue): CelValue | undefined {
    return typeof key === 'string' ? this.#fields.get(key) : undefined
  }
  keys(): CelValue[] {
    return [...this.#fields.keys()]
  }
}

/**
 * Where the type names of made objects do not spell the way to them: `Object.spec{template: Object.spec.wrong{}}`. The checker lets them pass, as
 * kube-apiserver's does, which looks for them, with these words, when it has the value.
 */
export function typeNameProblems(value: CelValue, path: string): readonly string[] {
  if (value instanceof MadeObject) {
    const { name } = value.declared
    const own =
      name === path ? [] : [`unexpected type name "${name}", expected "${path}", which matches field name path from root Object type`]
    return [...own, ...value.keys().flatMap((key) => typeNameProblems(value.get(key)!, `${path}.${String(key)}`))]
  }
  if (value instanceof CelList) return [...value].flatMap((element) => typeNameProblems(element, path))
  if (value instanceof CelMap) return value.keys().flatMap((key) => typeNameProblems(value.get(key)!, path))
  return []
}
