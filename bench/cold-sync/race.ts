import type { Contestant, Site } from './contestant.ts'
import { coldStart, type Outcome, type Truth } from './trial.ts'

/** By contestant, a value for each round. */
export type Rounds = ReadonlyMap<Contestant, readonly Outcome[]>

/** Those whose programs could be had; of the others it says why not. */
export async function prepared(contestants: readonly Contestant[]): Promise<readonly Contestant[]> {
  const ready: Contestant[] = []
  for (const contestant of contestants) {
    try {
      await contestant.prepare?.()
      ready.push(contestant)
    } catch (error) {
      if (contestant.side !== 'peer') throw error
      process.stderr.write(`${contestant.name} is left out: ${(error as Error).message}\n`)
    }
  }
  return ready
}

/** One after the other, and that so many times; the first time counts for nothing, as it reads programs from the disk. */
export async function race(contestants: readonly Contestant[], site: Site, truth: Truth, rounds: number): Promise<Rounds> {
  const outcomes = new Map<Contestant, Outcome[]>(contestants.map((contestant) => [contestant, []]))
  for (let round = 0; round <= rounds; round++)
    for (const [contestant, before] of outcomes) {
      if (before.some(({ is }) => is === 'failed')) continue
      const outcome = await outcomeOf(contestant, site, truth)
      if (round > 0 || outcome.is === 'failed') before.push(outcome)
    }
  return outcomes
}

/** A peer whose program does not run on this machine stops nobody else. */
async function outcomeOf(contestant: Contestant, site: Site, truth: Truth): Promise<Outcome> {
  try {
    return await coldStart(contestant, site, truth)
  } catch (error) {
    if (contestant.side !== 'peer') throw error
    process.stderr.write(`${(error as Error).message}\n`)
    return { is: 'failed' }
  }
}
