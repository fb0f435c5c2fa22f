import { expect, test } from 'vitest'
import { runCommandLine } from '../command-line.ts'
import type { Entry } from '../explained/catalogue.ts'

async function explain(...args: readonly string[]) {
  const out: string[] = []
  const err: string[] = []
  const { signal } = new AbortController()
  const terminal = {
    stdout: { write: (text: string) => out.push(text) },
    stderr: { write: (text: string) => err.push(text) },
    environment: {},
    signal,
    insistence: signal,
  }
  const code = await runCommandLine(['explain', ...args], terminal)
  return { code, out: out.join(''), err: err.join('') }
}

const told = async (asked: string) =>
  (JSON.parse((await explain(asked, '--output', 'json')).out) as readonly Entry[]).map(({ code, of }) => `${code} of ${of}`)

test('a code is told with its cause and its mend', async () => {
  const { code, out } = await explain('KW-FORBIDDEN')
  expect(code).toBe(0)
  expect(out).toMatch(/^KW-FORBIDDEN \(ApiError\)\n {2}cause: .*a right is missing.*\n {2}mend: {2}.*--only rbac.*\n$/)
})

test.each([
  ['a code in any case', 'kw-forbidden', ['KW-FORBIDDEN of ApiError']],
  ['the name of an error', 'KindNotFoundError', ['KW-KIND-NOT-FOUND of KindNotFoundError']],
  ['a reason', 'TooBroad', ['TooBroad of gc']],
  [
    'a reason that several have',
    'paused',
    ['Paused of every operator', 'Paused of application', 'Paused of gc', 'Paused of vault-unsealer'],
  ],
  ['the reason of one operator', 'gc/Paused', ['Paused of gc']],
])('%s is found', async (_, asked, entries) => expect(await told(asked)).toEqual(entries))

test('what mends itself says so', async () => expect((await explain('gc/Active')).out).toContain('mend:  nothing: it is as it should be'))

test('without a code all are listed, under whose they are', async () => {
  const { out } = await explain()
  expect(out).toContain('Errors:\n  KW-UNAUTHORIZED: ')
  expect(out).toContain('\nReasons of vault-sync:\n  Synced: ')
})

test.each([
  ['KW-FORBID', 'there is no code and no reason "KW-FORBID": did you mean KW-FORBIDDEN?'],
  ['gc/broad', 'there is no code and no reason "gc/broad": did you mean TooBroad?'],
  ['KW-FORBIDEN', 'there is no code and no reason "KW-FORBIDEN": did you mean KW-FORBIDDEN?'],
  ['xyzzy', 'there is no code and no reason "xyzzy": "kubewright explain" lists all there are'],
  ['', 'there is no code and no reason "": "kubewright explain" lists all there are'],
  ['cg/TooBroad', 'unknown operator "cg": one of'],
])('%j is wrong usage', async (asked, message) => {
  const { code, err } = await explain(asked)
  expect(code).toBe(2)
  expect(err).toContain(`kubewright: explain: ${message}`)
  expect(err).toMatch(/ \(KW-USAGE\)\n$/)
})
