// The search for secrets over everything that the tests of one file have emitted.
import { afterAll, expect } from 'vitest'
import { type BodyAudit, bodyAudit } from './body-audit.ts'
import { type PlantedSecret, SecretGrep } from './secret-grep.ts'

export interface SecretSearch {
  /** Its flags are for the API server: what is in it is searched, too. */
  readonly audit: BodyAudit
  lookFor(...secrets: readonly PlantedSecret[]): void
  /** Fails when one of them is in the places, or in what the API server has written since the last time. */
  expectNone(places: Readonly<Record<string, string | Buffer>>): void
}

/** Call once, at the top of a test file. Prints how much was searched at its end. */
export function useSecretSearch(): SecretSearch {
  const grep = new SecretGrep()
  const audit = bodyAudit()
  const search: SecretSearch = {
    audit,
    lookFor: (...secrets) => grep.lookFor(...secrets),
    expectNone: (places) => expect(grep.hitsIn({ ...places, audit: audit.readNew() })).toEqual([]),
  }
  afterAll(() => {
    try {
      // What came after the last test's look.
      search.expectNone({})
    } finally {
      process.stdout.write(grep.summary())
      audit[Symbol.dispose]()
    }
  })
  return search
}
