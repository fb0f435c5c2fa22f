// JSON as somebody would write it who means harm, or whose program is broken: a document that is right, with one thing in it that is not.
import fc from 'fast-check'

const asked = process.env['KUBEWRIGHT_FUZZ_RUNS']

/**
 * How often each property is tried, `costs` times less often where one try costs so much more. `npm test` tries the same documents each time, so that no
 * change fails for what another has left; `KUBEWRIGHT_FUZZ_RUNS=100000` tries others, and more.
 */
export function runs(costs = 1): { readonly numRuns: number; readonly seed?: number } {
  return { numRuns: Math.ceil(Number(asked ?? 300) / costs), ...(asked === undefined && { seed: 20261122 }) }
}

/** Words that every object knows, and what grammars trip over. */
const TEXTS = [
  '',
  '__proto__',
  'constructor',
  'toString',
  'hasOwnProperty',
  'a/b/c/d',
  '../../etc/passwd',
  '\0',
  '\ud800',
  '😀',
  'x'.repeat(5_000),
]

const text = fc.oneof(fc.constantFrom(...TEXTS), fc.string({ maxLength: 20 }))
const scalar = fc.oneof(text, fc.constantFrom(null, true, false, 0, -1, 1.5, 1e308, Number.MAX_SAFE_INTEGER + 2), fc.integer())

/** Whatever may stand somewhere. An object may have a member of its own called `__proto__`, as JSON.parse makes it. */
const anything = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    scalar,
    fc.array(tie('value'), { maxLength: 4 }),
    fc.array(fc.tuple(text, tie('value')), { maxLength: 4 }).map(objectOf),
    // Deeper than anybody writes, and not as deep as a stack.
    fc.tuple(fc.integer({ min: 1, max: 500 }), scalar).map(([depth, inmost]) => nested(depth, inmost)),
  ),
})).value

function objectOf(members: readonly (readonly [string, unknown])[]): unknown {
  return JSON.parse(`{${members.map(([name, value]) => `${JSON.stringify(name)}:${JSON.stringify(value)}`).join(',')}}`)
}

function nested(depth: number, inmost: unknown): unknown {
  let value = inmost
  for (let level = 0; level < depth; level++) value = level % 2 === 0 ? [value] : { a: value }
  return value
}

type Path = readonly (string | number)[]

function pathsOf(value: unknown, path: Path = []): readonly Path[] {
  if (typeof value !== 'object' || value === null) return [path]
  const inner = Object.entries(value).flatMap(([name, each]) => pathsOf(each, [...path, Array.isArray(value) ? Number(name) : name]))
  return [path, ...inner]
}

function replaced(value: unknown, [first, ...rest]: Path, by: unknown): unknown {
  if (first === undefined) return by
  const inner = replaced((value as Record<string | number, unknown>)[first], rest, by)
  return Array.isArray(value) ? value.with(Number(first), inner) : { ...(value as object), [first]: inner }
}

/** The document with up to three of its parts replaced, and a member of each new name added now and then. */
export function hostile(document: unknown): fc.Arbitrary<unknown> {
  const paths = pathsOf(document)
  const change = fc.tuple(fc.constantFrom(...paths), anything)
  return fc.array(change, { minLength: 1, maxLength: 3 }).map((changes) => {
    let value = document
    // The longest first: what is replaced as a whole has no parts any more.
    for (const [path, by] of changes.toSorted(([one], [other]) => other.length - one.length)) {
      value = reachable(value, path) ? replaced(value, path, by) : value
    }
    return value
  })
}

function reachable(value: unknown, path: Path): boolean {
  let at = value
  for (const name of path) {
    if (typeof at !== 'object' || at === null || !Object.hasOwn(at, name)) return false
    at = (at as Record<string | number, unknown>)[name]
  }
  return true
}
