// Asks a kube-apiserver what it makes of the expressions beside this file, and writes its answers to the fixture that the tests replay.
// usage: node record.ts KUBECONFIG OUTPUT   (the kubeconfig has a token and a certificate authority's file)
import { readFileSync, writeFileSync } from 'node:fs'
import { request } from 'node:https'
import { compileCel, RULE_LIMIT, type StructuralSchema } from '../src/index.ts'
import { celTypeOf } from '../src/schema/schema-type.ts'

const GROUP = 'cel.kubewright.dev'
const [kubeconfigPath, output] = process.argv.slice(2) as [string, string]
const { schema, object } = JSON.parse(readFileSync(new URL('schema.json', import.meta.url), 'utf8')) as {
  schema: StructuralSchema
  object: Record<string, unknown>
}

interface Status {
  readonly message?: string
  readonly details?: { readonly causes?: readonly { readonly field?: string; readonly message: string }[] }
}

const kubeconfig = readFileSync(kubeconfigPath, 'utf8')
const server = /server: "?(https:[^"},]+)/.exec(kubeconfig)![1]!
const ca = readFileSync(/certificate-authority: "?([^"},]+)/.exec(kubeconfig)![1]!)
const token = /token: "?([^"},]+)/.exec(kubeconfig)![1]!

function ask(method: string, path: string, body?: unknown): Promise<{ readonly code: number; readonly body: Status }> {
  return new Promise((resolve, reject) => {
    const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' }
    const asked = request(`${server}${path}`, { method, ca, headers }, (answer) => {
      const chunks: Buffer[] = []
      answer.on('data', (chunk: Buffer) => chunks.push(chunk))
      answer.on('end', () => {
        const text = Buffer.concat(chunks).toString()
        // A path that the server does not serve yet is answered in plain text.
        const body = (text.startsWith('{') ? JSON.parse(text) : { message: text }) as Status
        resolve({ code: answer.statusCode ?? 0, body })
      })
    })
    asked.on('error', reject)
    asked.end(body === undefined ? undefined : JSON.stringify(body))
  })
}

function definition(plural: string, root: unknown): unknown {
  const kind = plural[0]!.toUpperCase() + plural.slice(1)
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `${plural}.${GROUP}` },
    spec: {
      group: GROUP,
      names: { plural, kind },
      scope: 'Cluster',
      versions: [{ name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: root } }],
    },
  }
}

const DEFINITIONS = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions'

function lines(file: string): string[] {
  return readFileSync(new URL(file, import.meta.url), 'utf8')
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))
}

/** The answers about rules at `path[index]`, cleaned of the rule that they repeat and of the name that the server makes up for the type. */
function answers(status: Status, pattern: RegExp): Map<number, string> {
  const found = new Map<number, string>()
  for (const { field, message } of status.details?.causes ?? []) {
    const index = pattern.exec(field ?? '')?.[1]
    if (index !== undefined) found.set(Number(index), message.replace(/selfType\d+/g, 'selfType'))
  }
  return found
}

async function refusals(rules: readonly unknown[]): Promise<Map<number, string>> {
  const { body } = await ask('POST', `${DEFINITIONS}?dryRun=All`, definition('asks', { ...schema, 'x-kubernetes-validations': rules }))
  const reasons = answers(body, /x-kubernetes-validations\[(\d+)\]/)
  return new Map(
    Array.from(reasons, ([index, text]) => [
      index,
      text.replace(/^Invalid value: .*?: (?=\w*\s?compilation failed|cel expression|program inst|messageExpression)/s, ''),
    ]),
  )
}

/** A rule that is false once its expression has a value. */
const askFor = (expression: string, index: number) => ({ rule: `[${expression}\n].size() == 0`, message: `case-${index};` })
const print = (expression: string, index: number) => ({
  ...askFor(expression, index),
  messageExpression: `"case-${index};value;%s".format([${expression}\n])`,
})

/** What becomes of each rule when an object is written. */
async function evaluated(rules: readonly unknown[], plural: string): Promise<Map<number, string>> {
  const found = new Map<number, string>()
  const batch = 60
  for (let start = 0; start < rules.length; start += batch) {
    const name = `${plural}${start}`
    const made = await ask(
      'POST',
      DEFINITIONS,
      definition(name, { ...schema, 'x-kubernetes-validations': rules.slice(start, start + batch) }),
    )
    if (made.code !== 201) throw new Error(`${name}: ${made.body.message}`)
    for (const message of await probe(name)) {
      const index = /case-(\d+);/.exec(message)?.[1]
      if (index !== undefined) found.set(Number(index), message.replace(/^Invalid value: (?:"object": )?/, ''))
    }
    await ask('DELETE', `${DEFINITIONS}/${name}.${GROUP}`)
  }
  return found
}

/** The server's complaints about the object, once it serves the definition. */
async function probe(plural: string): Promise<readonly string[]> {
  const kind = plural[0]!.toUpperCase() + plural.slice(1)
  const written = { ...object, apiVersion: `${GROUP}/v1`, kind, metadata: { name: 'probe' } }
  for (let attempt = 0; attempt < 100; attempt++) {
    const answer = await ask('POST', `/apis/${GROUP}/v1/${plural}?dryRun=All`, written)
    if (answer.code === 422) return (answer.body.details?.causes ?? []).map((cause) => cause.message)
    await new Promise((resolve) => setTimeout(resolve, 200))
  }
  throw new Error(`${plural} was not served`)
}

type Answer =
  | { readonly value: string }
  | { readonly costly: true }
  | { readonly fails: string }
  | { readonly unprintable: true }
  | { readonly refused: string }

async function recordExpressions(): Promise<Record<string, Answer>> {
  const expressions = lines('expressions.txt')
  const recorded: Record<string, Answer> = {}
  const malformed = await refusals(expressions.map((rule) => ({ rule, message: 'm' })))
  for (const [index, refused] of malformed)
    if (!/^(?:cel expression must evaluate|Forbidden)/.test(refused)) recorded[expressions[index]!] = { refused }
  const compiling = expressions.filter((expression) => recorded[expression] === undefined)
  for (const [index, refused] of await refusals(compiling.map(askFor))) {
    // Where several complaints are about one rule, any of them about costs will do.
    recorded[compiling[index]!] = refused.startsWith('Forbidden') ? { costly: true } : { refused }
  }
  const valid = compiling.filter((expression) => recorded[expression] === undefined)
  const unprintable = await refusals(valid.map(print))
  const rules = valid.map((expression, index) => (unprintable.has(index) ? askFor : print)(expression, index))
  const values = await evaluated(rules, `evals${process.pid}x`)
  for (const [index, expression] of valid.entries()) {
    const text = values.get(index)
    const value = /^case-\d+;value;(.*)$/s.exec(text ?? '')?.[1]
    if (text === undefined) throw new Error(`no answer for ${expression}`)
    if (value !== undefined) recorded[expression] = { value }
    else if (/^case-\d+;$/.test(text)) recorded[expression] = { unprintable: true }
    else
      recorded[expression] = {
        fails: text.replace(/^'(.*)': (?:call arguments did not match|no further).*$/s, '$1').replace(/ evaluating rule: .*$/s, ''),
      }
  }
  return Object.fromEntries(expressions.map((expression) => [expression, recorded[expression]!]))
}

/** A rule is put where it may occur so often that it is 1.2 times too expensive by our estimate: the server's factor then has six digits. */
async function recordCosts(): Promise<Record<string, { readonly times: number; readonly factor: string }>> {
  const rules = lines('costs.txt')
  const self = celTypeOf(schema, { root: true })!
  const recorded: Record<string, { times: number; factor: string }> = {}
  const repeats = rules.map((rule) => {
    const { max } = compileCel(rule, { variables: { self } }).estimateCost()
    return Math.max(1, Math.ceil((1.2 * RULE_LIMIT) / Math.max(1, max)))
  })
  for (let start = 0; start < rules.length; start += 10) {
    const properties = Object.fromEntries(
      rules.slice(start, start + 10).map((rule, offset) => [
        `c${start + offset}`,
        {
          type: 'array',
          maxItems: repeats[start + offset]!,
          items: { ...schema, 'x-kubernetes-embedded-resource': true, 'x-kubernetes-validations': [{ rule }] },
        },
      ]),
    )
    const { body } = await ask('POST', `${DEFINITIONS}?dryRun=All`, definition('costs', { type: 'object', properties }))
    const found = new Map<number, string>()
    for (const { field, message } of body.details?.causes ?? []) {
      const index = /properties\[c(\d+)\]/.exec(field ?? '')?.[1]
      if (index !== undefined && !message.includes('contributed')) found.set(Number(index), message)
    }
    for (let index = start; index < Math.min(start + 10, rules.length); index++) {
      const message = found.get(index)
      recorded[rules[index]!] = {
        times: repeats[index]!,
        factor: /factor of (.*?) \(/.exec(message ?? '')?.[1] ?? message ?? 'within budget',
      }
    }
  }
  return recorded
}

const version = ((await ask('GET', '/version')).body as { gitVersion?: string }).gitVersion
const fixture = { version, schema, object, expressions: await recordExpressions(), costs: await recordCosts() }
writeFileSync(output, `${JSON.stringify(fixture, undefined, 1)}\n`)
