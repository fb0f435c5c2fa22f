import fc from 'fast-check'
import { type Exchange, namespaceOf, post, type Scenario } from '../exchange.ts'
import { collectionOf, objectOf, SAMPLES, type Sample } from '../kinds/samples.ts'

/** Fixed: a run that fails is the same run the next time. */
const SEED = 20_260_722
/** For each kind. */
const RUNS = 40

/** Values of the wrong type, each for any place. What is only unwise (a negative number, a name in capitals) is each kind's own table's. */
const STRANGE: readonly unknown[] = ['text', 7, 1.5, true, [], ['x'], {}, { x: 1 }, [[]], null]

/** Objects of each kind in which one place has a value of another type, or is missing, or in which there is a field that the kind does not know. */
export const generatedScenarios = (): readonly Scenario[] =>
  SAMPLES.map((sample, index) => {
    const name = `generated-${sample.plural}`
    return { area: 'generated', name, exchanges: fc.sample(mutation(sample, name), { numRuns: RUNS, seed: SEED + index }).map(numbered) }
  })

const numbered = (exchange: Exchange, index: number): Exchange => ({ ...exchange, id: `${index} ${exchange.id}` })

type Step = string | number

function mutation(sample: Sample, name: string): fc.Arbitrary<Exchange> {
  const object = objectOf(sample, 'mutated')
  const places = placesIn(object).filter(([first]) => first !== 'apiVersion' && first !== 'kind')
  const all = collectionOf(sample, namespaceOf(name))
  const validation = fc.constantFrom('Strict', 'Warn', 'Ignore')
  return fc
    .tuple(fc.constantFrom(...places), fc.constantFrom(...STRANGE), fc.constantFrom('value', 'value', 'unknown'), validation)
    .map(([place, value, what, checked]) => {
      const isObject = typeof valueAt(object, place) === 'object' && !Array.isArray(valueAt(object, place))
      const at = what === 'unknown' && isObject ? [...place, 'strange'] : place
      return post(
        `${checked} ${at.join('.')}=${JSON.stringify(value)}`,
        `${all}?dryRun=All&fieldValidation=${checked}`,
        replaced(object, at, value),
      )
    })
}

function placesIn(value: unknown, path: readonly Step[] = []): readonly (readonly Step[])[] {
  const children: readonly (readonly [Step, unknown])[] = Array.isArray(value)
    ? value.map((each, index) => [index, each])
    : typeof value === 'object' && value !== null
      ? Object.entries(value)
      : []
  return [...(path.length === 0 ? [] : [path]), ...children.flatMap(([step, child]) => placesIn(child, [...path, step]))]
}

const valueAt = (value: unknown, path: readonly Step[]): unknown =>
  path.reduce<unknown>((each, step) => (each as Readonly<Record<Step, unknown>> | undefined)?.[step], value)

function replaced(value: unknown, [step, ...rest]: readonly Step[], by: unknown): unknown {
  if (step === undefined) return by
  if (Array.isArray(value)) return value.map((each, index) => (index === step ? replaced(each, rest, by) : each))
  const object = value as Readonly<Record<string, unknown>>
  return { ...object, [step]: replaced(object[step], rest, by) }
}
