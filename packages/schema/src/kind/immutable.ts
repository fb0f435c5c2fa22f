/**
 * A type with every property readonly, all the way down: objects from a cache are shared by all their readers. Optional properties are absent
 * and not `undefined`, as in JSON, which is what other types of Kubernetes objects expect (`exactOptionalPropertyTypes`).
 */
export type Immutable<T> = unknown extends T
  ? T
  : T extends string | number | boolean | null | undefined
    ? T
    : T extends readonly (infer Item)[]
      ? readonly Immutable<Item>[]
      : { readonly [Key in keyof T]: Immutable<undefined extends T[Key] ? Exclude<T[Key], undefined> : T[Key]> }
