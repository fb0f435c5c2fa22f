/** What is done so that a set on the server has what is wanted. */
export interface SetChange {
  readonly add: readonly string[]
  readonly remove: readonly string[]
}

/**
 * @param ours what was put in earlier for this object
 * @param mode with Additive only ours are taken out again; with Exclusive all that are not wanted
 */
export function setChange(
  wanted: readonly string[],
  seen: readonly string[],
  ours: readonly string[],
  mode: 'Additive' | 'Exclusive',
): SetChange {
  const unwanted = seen.filter((item) => !wanted.includes(item))
  return {
    add: wanted.filter((item) => !seen.includes(item)),
    remove: mode === 'Exclusive' ? unwanted : unwanted.filter((item) => ours.includes(item)),
  }
}
