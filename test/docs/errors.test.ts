// Every error class that a user can meet, and every reason that an operator gives, has an entry in the catalogue; and the catalogue has nothing else.
import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { loadOperators, OPERATOR_NAMES } from '../../packages/cli/src/commands/operators.ts'
import { ERRORS, operatorEntries, runtimeEntries } from '../../packages/cli/src/explained/catalogue.ts'

const root = dirname(dirname(import.meta.dirname))

interface Source {
  readonly path: string
  readonly text: string
}

function sourcesIn(...folders: readonly string[]): readonly Source[] {
  return (
    execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard', ...folders], { cwd: root, encoding: 'utf8' })
      .split('\n')
      .filter(
        (path) => path.endsWith('.ts') && !/\.test\.ts$|\/(fake|templates|generated)\//.test(path) && !path.startsWith('packages/testing/'),
      )
      // Git knows a file that was removed until that is committed.
      .filter((path) => existsSync(join(root, path)))
      .map((path) => ({ path, text: readFileSync(join(root, path), 'utf8') }))
  )
}

/** Classes that nobody meets, with what becomes of them before. */
const TURNED_INTO: Readonly<Record<string, string>> = {
  // Of the library
  Misfit: 'JsonPatchError, where the patch is applied',
  SyntaxFault: 'CelError',
  RegexError: 'CelError',
  UnwritableSchemaError: 'DefinitionError',
  VaultError: 'reasons of vault-sync and vault-unsealer, findings of the doctor',
  // Of operators: they become reasons and notes
  KeyStoreRefusal: 'reason InitializationFailed',
  CredentialsError: 'reason AuthInvalid',
  GuardError: 'event ReconcileFailed',
  RemoteFailure: 'reasons of s3 by its class',
  Blocked: 'the reason that it bears',
  PolicyError: 'reason PolicyInvalid',
  JmesPathError: 'warnings of kubewright import',
}

describe('errors', () => {
  const sources = sourcesIn('packages', 'operators')
  // What the embedded API server throws comes back from it as an answer: an ApiError.
  const classes = sources
    .filter(({ path }) => !path.startsWith('packages/apiserver/'))
    .flatMap(({ text }) => [...text.matchAll(/\bclass (\w+) extends Error\b/g)].map((found) => found[1]!))

  test('every class has an entry, or is turned into something that has one', () => {
    expect(classes.length).toBeGreaterThan(30)
    const explained = new Set(ERRORS.map(({ error }) => error))
    expect(classes.filter((name) => !explained.has(name) && !Object.hasOwn(TURNED_INTO, name))).toEqual([])
  })

  test('what is said to be turned into something is there, and has no entry of its own', () => {
    const explained = new Set(ERRORS.map(({ error }) => error))
    expect(Object.keys(TURNED_INTO).filter((name) => !classes.includes(name) || explained.has(name))).toEqual([])
    expect([...explained].filter((name) => name !== 'Error' && !classes.includes(name))).toEqual([])
  })

  test('every code that an error is thrown with has an entry, and every entry of a configuration error is thrown', () => {
    const thrown = new Set(
      sources
        .filter(({ path }) => !/\/(explained-errors|command-errors)\.ts$/.test(path))
        .flatMap(({ text }) => [...text.matchAll(/\bcode: '(KW-[A-Z-]+)'/g)].map((found) => found[1]!)),
    )
    const codes = new Set<string>(ERRORS.map(({ code }) => code))
    expect(thrown.size).toBeGreaterThan(8)
    expect([...thrown].filter((code) => !codes.has(code))).toEqual([])
    const ofConfiguration = ERRORS.filter(({ error }) => error === 'ConfigurationError').map(({ code }) => code)
    expect(ofConfiguration.filter((code) => code !== 'KW-CONFIGURATION' && !thrown.has(code))).toEqual([])
  })
})

describe('reasons', async () => {
  const operators = await loadOperators(OPERATOR_NAMES)
  const ofRuntime = new Set(runtimeEntries.map(({ code }) => code))

  test.each(operators.map((operator) => [operator.name, operator] as const))(
    'of %s have entries, as far as sources show them',
    (name, operator) => {
      const explained = new Set(operatorEntries(operator).map(({ code }) => code))
      const given = new Set(sourcesIn(`operators/${name}/src`).flatMap(({ text }) => reasonsIn(text)))
      expect(given.size).toBeGreaterThan(8)
      expect([...given].filter((reason) => !explained.has(reason) && !ofRuntime.has(reason))).toEqual([])
    },
  )

  test.each(operators.map((operator) => [operator.name, operator] as const))(
    'of %s that have entries are given somewhere',
    (name, operator) => {
      const texts = sourcesIn(`operators/${name}/src`)
        .filter(({ path }) => !path.endsWith('/reasons.ts'))
        .map(({ text }) => text)
        .join('\n')
      // `${kind}NotFound` is put together.
      const isGiven = (code: string) =>
        texts.includes(`'${code}'`) || (/^\w+NotFound$/.test(code) && texts.includes(`'${code.replace('NotFound', '')}'`))
      expect(operatorEntries(operator).filter(({ code }) => !isGiven(code))).toEqual([])
    },
  )

  test('are seen in each of the ways in which they are written', () => {
    const seen = new Set(sourcesIn('operators/s3/src').flatMap(({ text }) => reasonsIn(text)))
    // In an event, in a condition, chosen in a condition, and with what can only wait.
    expect(['UserDeleted', 'AuthValid', 'ForeignKeys', 'None', 'NameTaken'].filter((reason) => !seen.has(reason))).toEqual([])
  })

  test('of the runtime have entries', () => {
    const given = sourcesIn('packages/runtime/src', 'packages/webhook/src', 'packages/cli/src').flatMap(({ text }) => eventReasonsIn(text))
    expect(given).toContain('ReconcileFailed')
    expect(given.filter((reason) => !ofRuntime.has(reason))).toEqual([])
  })
})

const CAMEL = "'([A-Z][a-z]\\w+)'"

/** Reasons that are written out: where an object has one, where a condition is set, and where nothing can be done. The types of the operators hold the rest. */
function reasonsIn(text: string): readonly string[] {
  const fields = [...text.matchAll(new RegExp(String.raw`\breason: ${CAMEL}`, 'g'))].map((found) => found[1]!)
  const chosen = [...text.matchAll(new RegExp(String.raw`\breason: [^,\n]*\? ${CAMEL} : ${CAMEL}`, 'g'))].flatMap((found) => found.slice(1))
  const blocked = [...text.matchAll(new RegExp(String.raw`new Blocked\(\s*${CAMEL}`, 'g'))].map((found) => found[1]!)
  const set = [...text.matchAll(new RegExp(String.raw`\bcondition\(\s*'\w+',\s*[^,']+,\s*(?:[^,']*\? )?${CAMEL}(?: : ${CAMEL})?`, 'g'))]
  return [...fields, ...chosen, ...blocked, ...set.flatMap((found) => found.slice(1))].filter((reason) => reason !== undefined)
}

function eventReasonsIn(text: string): readonly string[] {
  return [...text.matchAll(new RegExp(String.raw`\.event\([^)]*?\breason: ${CAMEL}`, 'g'))].map((found) => found[1]!)
}
