/**
 * Freezes a JSON value and everything in it, and gives it back. Caches share their objects between readers: with this a reader that writes
 * to one is told at once, in its own stack. What is frozen already is taken to be frozen all the way down.
 */
export function deepFreeze<T>(value: T): T {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return value
  // The children first: should one of them be exotic and refuse, its parent is not left looking done.
  for (const child of Object.values(value)) deepFreeze(child)
  return Object.freeze(value)
}
