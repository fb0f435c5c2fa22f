/** A mutant that does what the program does, or what no test may depend on. */
export interface Equivalent {
  readonly file: string
  readonly original: string
  /** Empty: left out. */
  readonly replacement: string
  readonly why: string
}

const election = 'packages/runtime/src/leader-election'

/** Survivors, looked at one by one. One that is killed after all, or whose line is gone, is a mistake here and fails the run. */
export const EQUIVALENTS: readonly Equivalent[] = [
  {
    file: `${election}/machine.ts`,
    original: "state.role.is === 'leader'",
    replacement: 'true',
    why: 'a follower has no time of a renewal: the comparison with it is false',
  },
  {
    file: `${election}/machine.ts`,
    original: 'observed !== undefined',
    replacement: 'true',
    why: 'who leads has written a lease and remembers it; the comparison is for the types',
  },
  {
    file: `${election}/machine.ts`,
    original: "request.do === 'update'",
    replacement: 'true',
    why: 'only an update has a "from"',
  },
  {
    file: `${election}/lease.ts`,
    original: 'before.spec?.acquireTime',
    replacement: 'before.spec.acquireTime',
    why: 'whose holder is known has a spec',
  },
]
