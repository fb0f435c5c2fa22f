import { parseArgs } from 'node:util'

/** A defect that is made on purpose, to see that it is found. */
const PLANTS = ['leak', 'miss', 'deletion'] as const
export type Plant = (typeof PLANTS)[number]

/** What whoever starts a soak decides. */
export interface SoakChoice {
  readonly minutes: number
  readonly server: 'embedded' | 'real'
  /** Of every choice that is left to chance; the order of what happens at one time is the machine's. */
  readonly seed: number
  readonly plant: Plant | undefined
}

/** @param seed makes one where none is given @throws Error saying what is wrong */
export function chosen(args: readonly string[], seed: () => number): SoakChoice {
  const text = { type: 'string' } as const
  const { values } = parseArgs({ args: [...args], options: { minutes: text, server: text, seed: text, plant: text } })
  const minutes = Number(values.minutes ?? Number.NaN)
  if (!(minutes > 0)) throw new Error('--minutes: give how long it is to last, such as --minutes 5')
  const { server = 'embedded' } = values
  if (server !== 'embedded' && server !== 'real') throw new Error(`--server: "${server}" must be "embedded" or "real"`)
  const number = values.seed === undefined ? seed() : Number(values.seed)
  if (!Number.isInteger(number)) throw new Error(`--seed: "${values.seed}" must be a whole number`)
  const plant = PLANTS.find((each) => each === values.plant)
  if (values.plant !== undefined && plant === undefined) throw new Error(`--plant: "${values.plant}" must be one of ${PLANTS.join(', ')}`)
  return { minutes, server, seed: number, plant }
}
