import type { Subject } from '../subject.ts'

/** A program without anything, for tests to add to. */
export function subject(over: Partial<Subject> = {}): Subject {
  return { name: 'shop', kinds: [], needed: [], useful: [], uses: [], printing: (part) => `print ${part}`, ...over }
}
