// What `npm run conformance` knows of specs: pure functions over texts, apart from the running.
import { parse } from 'yaml'

/** One of upstream's end-to-end specs. */
export interface Spec {
  /** As Ginkgo prints it. */
  readonly name: string
  /** Runs alone: it changes what others see. */
  readonly serial: boolean
  readonly conformance: boolean
}

/** A spec that does not pass here, and why. */
export interface Expected {
  readonly what: string
  readonly why: string
}

/** Lines of `FLAGS<tab>NAME`: C is upstream's conformance suite, S runs alone; `#` begins a comment. @throws Error naming the line */
export function parseSpecs(text: string): readonly Spec[] {
  return text.split('\n').flatMap((line, index) => {
    if (line.trim() === '' || line.startsWith('#')) return []
    const [, flags, name] = /^([CS]{1,2}|-)\t(\S.*)$/.exec(line) ?? []
    if (flags === undefined || name === undefined) throw new Error(`line ${index + 1} is no spec: write FLAGS, a tab and its name`)
    return [{ name, serial: flags.includes('S'), conformance: flags.includes('C') }]
  })
}

/** The `conformance` rows of the parity file. @throws Error for a row without a name or a reason */
export function expectedFailures(parityFile: string): readonly Expected[] {
  const { conformance = [] } = (parse(parityFile) ?? {}) as { readonly conformance?: readonly Partial<Expected>[] }
  return conformance.map(({ what, why }, index) => {
    if (!what || !why) throw new Error(`docs/apiserver/parity.yaml: row ${index + 1} of "conformance" needs both "what" and "why"`)
    return { what, why }
  })
}

export interface Outcome {
  readonly spec: Spec
  /** Undefined: it passed. */
  readonly failure: string | undefined
}

export interface Comparison {
  /** Fail, and nobody said so. */
  readonly news: readonly Outcome[]
  /** Were said to fail, and pass: their rows are to go. */
  readonly mended: readonly Spec[]
}

export function compare(outcomes: readonly Outcome[], expected: readonly Expected[]): Comparison {
  const known = new Set(expected.map(({ what }) => what))
  return {
    news: outcomes.filter(({ spec, failure }) => failure !== undefined && !known.has(spec.name)),
    mended: outcomes.filter(({ spec, failure }) => failure === undefined && known.has(spec.name)).map(({ spec }) => spec),
  }
}

/** A regular expression of Go that matches the end of Ginkgo's text, which has the suite's own name before it. */
export const focusOf = ({ name }: Spec): string => ` ${name.replaceAll(/[\\^$.*+?()[\]{}|]/g, '\\$&')}$`

/** What Ginkgo's output says of the one spec that it ran; undefined: it passed. A skipped one counts as failed: it runs on the real server. */
export function failureIn(output: string): string | undefined {
  if (/\b1 Passed\b/.test(output) && !/\b[1-9]\d* Failed\b/.test(output)) return undefined
  const line = output.split('\n').find((each) => /^ *\[(FAILED|PANICKED)\] (?!in \[)/.test(each))
  return line === undefined ? 'it did not run' : line.trim().slice(0, 300)
}
