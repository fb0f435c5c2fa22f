/** The object in a form that may be changed, all the way down. */
export type Draft<T> = T extends (...args: never) => unknown
  ? T
  : T extends readonly (infer Item)[]
    ? Draft<Item>[]
    : T extends object
      ? { -readonly [K in keyof T]: Draft<T[K]> }
      : T
