import { existsSync, readFileSync, writeFileSync } from 'node:fs'

/** What a trial has found; a file, for the tests run in a process of their own. */
export interface Findings {
  /** Mutant → the test that fails with it. */
  killed: Record<number, string>
  /** Asked for by a test. */
  covered: number[]
  /** Asked for when modules were loaded: to be tried from the start. */
  loaded: number[]
  /** Tests that fail without a mutant, or when they run a second time: what they say of mutants does not count. */
  unsound: string[]
}

declare module 'vitest' {
  interface ProvidedContext {
    /** Where the findings go, and the mutant that is at work from the start, or -1. */
    mutation: { readonly findings: string; readonly mutant: number }
  }
}

export function read(file: string): Findings {
  if (!existsSync(file)) return { killed: {}, covered: [], loaded: [], unsound: [] }
  return JSON.parse(readFileSync(file, 'utf8')) as Findings
}

export function write(file: string, findings: Findings): void {
  writeFileSync(file, JSON.stringify(findings))
}
