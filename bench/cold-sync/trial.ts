import { type Cost, startProgram } from '../contest/program.ts'
import type { Contestant, Site } from './contestant.ts'

/** One cold start. Who holds anything else than what there is has no figures, nor has who did not get there. */
export type Outcome =
  | ({ readonly is: 'right' } & Cost)
  | { readonly is: 'wrong'; readonly missing: number; readonly stale: number }
  | { readonly is: 'failed' }

/** `uid resourceVersion` of everything that there is. */
export type Truth = ReadonlySet<string>

const LONGEST_MS = 120_000

/** @throws Error with its last words when it does not get there */
export async function coldStart(contestant: Contestant, site: Site, truth: Truth): Promise<Outcome> {
  using program = startProgram(contestant.name, contestant.launch(site), LONGEST_MS)
  const cost = await program.synced()
  const held = new Set(await program.shown())
  return contestant.holdsNothing ? { is: 'right', ...cost } : judged(held, truth, cost)
}

function judged(held: ReadonlySet<string>, truth: Truth, cost: Cost): Outcome {
  const missing = truth.difference(held).size
  const stale = held.difference(truth).size
  return missing === 0 && stale === 0 ? { is: 'right', ...cost } : { is: 'wrong', missing, stale }
}
