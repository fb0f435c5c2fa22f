import type { Surroundings } from './state.ts'

/** Five to ten minutes, by chance, so that the watches of a fleet do not end together; a server's own limit is 30 to 60 minutes. */
export function watchSeconds(at: Surroundings): number {
  return 300 + Math.floor(at.random() * 301)
}
