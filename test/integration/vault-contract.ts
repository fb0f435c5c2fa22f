// The contract between the Vault in this process and the real one: each case runs on both, and the table of their outcomes is printed.
import { startVault, type VaultSetup, type VaultUnderTest } from '@kubewright/testing'
import { afterAll, afterEach, describe, onTestFinished } from 'vitest'

type Kind = 'fake' | 'real'

/** With KUBEWRIGHT_TEST_SERVER=real both, one after the other. */
const KINDS: readonly Kind[] = process.env['KUBEWRIGHT_TEST_SERVER'] === 'real' ? ['fake', 'real'] : ['fake']
const NAMES: Readonly<Record<Kind, string>> = { fake: 'in-process', real: 'HashiCorp Vault' }
const MARKS: Readonly<Record<string, string>> = { pass: 'as agreed', fail: 'OTHERWISE', skip: 'skipped' }

/** Starts a Vault of the kind that is under test; the end of the test is the end of it. */
export type StartForTest = (setup?: VaultSetup) => Promise<VaultUnderTest>

/** Call once in a file, with all of its cases. */
export function contract(title: string, cases: (start: StartForTest) => void): void {
  const outcomes = new Map<string, Partial<Record<Kind, string>>>()
  describe.each(KINDS)(`${title}: %s`, (kind) => {
    afterEach(({ task }) => {
      const section = task.suite?.name.startsWith(title) === true ? '' : `${task.suite?.name}: `
      const name = section + task.name
      outcomes.set(name, { ...outcomes.get(name), [kind]: MARKS[task.result?.state ?? 'skip'] ?? task.result?.state ?? 'skipped' })
    })
    cases(async (setup = {}) => {
      const vault = await startVault(kind, setup)
      onTestFinished(() => vault[Symbol.asyncDispose]())
      return vault
    })
  })
  afterAll(() => void process.stdout.write(table(title, outcomes)))
}

function table(title: string, outcomes: ReadonlyMap<string, Partial<Record<Kind, string>>>): string {
  const line = (cells: readonly string[], name: string) => `  ${cells.map((cell) => cell.padEnd(NAMES.real.length)).join('  ')}  ${name}`
  const rows = [...outcomes].map(([name, of]) =>
    line(
      KINDS.map((kind) => of[kind] ?? 'not run'),
      name,
    ),
  )
  const same = [...outcomes.values()].filter((of) => KINDS.every((kind) => of[kind] === MARKS['pass'])).length
  const head = `contract: ${title}: ${outcomes.size} cases, ${same} as agreed on ${KINDS.map((kind) => NAMES[kind]).join(' and ')}`
  return `${[
    head,
    line(
      KINDS.map((kind) => NAMES[kind]),
      'case',
    ),
    ...rows,
  ].join('\n')}\n`
}
