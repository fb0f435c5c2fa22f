// Every value of the chart has an effect, for all operators and for one; and what is wrong is refused before anything reaches a cluster.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeEach, describe, expect, test } from 'vitest'
import { flagName } from '../../packages/cli/src/settings/names.ts'
import { type JsonSchema, leavesOf, resolved } from '../../scripts/generate/chart/json-schema.ts'
import { CHART_EFFECTS, type Effect, PROGRAM_EFFECTS } from './chart-values.ts'
import { CHART, HELMS, helm, isHelmWanted, type Manifest, merged, NO_HELM, render, type Values, valueAt } from './helm.ts'

beforeEach(({ skip }) => {
  if (!isHelmWanted) skip(NO_HELM)
})

const schema = JSON.parse(readFileSync(join(CHART, 'values.schema.json'), 'utf8')) as JsonSchema
const part = (name: string) => resolved(schema.properties![name]!, schema)
const operators = part('operators').properties!
const paths = (of: JsonSchema) => leavesOf(of, schema).map(({ path }) => path.join('.'))

/** Two operators, so that what is told to one can be seen not to change the other; without CRDs, which take Helm the longest. */
const BASE: Values = { operators: { gc: { enabled: true }, 'vault-unsealer': { enabled: true } }, crds: { install: false } }

const isOf = (component: string) => (manifest: Manifest) => manifest.metadata.labels?.['app.kubernetes.io/component'] === component
const shown = (manifests: readonly Manifest[], { kind, shows }: Effect) =>
  manifests.some((manifest) => manifest.kind === kind && JSON.stringify(manifest).includes(shows))

/** Many rows begin with the same. */
const made = new Map<string, Promise<readonly Manifest[]>>()
function rendered(values: Values): Promise<readonly Manifest[]> {
  const key = JSON.stringify(values)
  const promise = made.get(key) ?? render(values)
  made.set(key, promise)
  return promise
}

async function both(path: string, effect: Effect) {
  const before = merged(BASE, effect.given ?? {})
  const [without, with_] = await Promise.all([rendered(before), rendered(merged(before, valueAt(path, effect.value)))])
  return { without, with: with_ }
}

function expectEffect(seen: { readonly without: readonly Manifest[]; readonly with: readonly Manifest[] }, effect: Effect): void {
  const isThere = !effect.takesAway
  expect([shown(seen.without, effect), shown(seen.with, effect)], `${effect.kind} shows ${effect.shows}: without, with`).toEqual([
    !isThere,
    isThere,
  ])
}

test('every value is in a table of effects', () => {
  const { global: _, operators: __, defaults: ___, ...whole } = schema.properties!
  expect(Object.keys(CHART_EFFECTS).sort()).toEqual([...paths({ properties: whole })].sort())
  expect(Object.keys(PROGRAM_EFFECTS).sort()).toEqual([...paths(part('defaults'))].sort())
})

describe.concurrent('a value of the whole', () => {
  test.each(Object.entries(CHART_EFFECTS))('%s', async (path, effect) => expectEffect(await both(path, effect), effect))
})

describe.concurrent('a value of the operators, for all, and for one alone', () => {
  test.each(Object.entries(PROGRAM_EFFECTS))('%s', async (path, effect) => {
    // Contradictions are told of what is switched on: what makes sense of it is given to the same operator.
    const { defaults: given = {} } = (effect.given ?? {}) as { readonly defaults?: Values }
    const own = merged(BASE, valueAt('operators.gc', given), valueAt(`operators.gc.${path}`, effect.value))
    const [all, one] = await Promise.all([both(`defaults.${path}`, effect), rendered(own)])
    expectEffect({ without: all.without.filter(isOf('gc')), with: all.with.filter(isOf('gc')) }, effect)
    expect(one.filter(isOf('gc'))).toEqual(all.with.filter(isOf('gc')))
    expect(one.filter(isOf('vault-unsealer'))).toEqual((await rendered(BASE)).filter(isOf('vault-unsealer')))
  })
})

test('shards for all are for those that have something to share', async () => {
  const manifests = await rendered(merged(BASE, { defaults: { shards: { enabled: true } } }))
  expect(manifests.filter(isOf('vault-unsealer'))).toEqual((await rendered(BASE)).filter(isOf('vault-unsealer')))
})

/** Another value than the default, of the right form. */
function sampleOf({ type, default: usual, enum: choices, minimum = 0, items, pattern: own, format }: JsonSchema): unknown {
  if (choices !== undefined) return choices.find((choice) => choice !== usual)
  if (type === 'boolean') return usual !== true
  if (type === 'integer' || type === 'number') return Number(usual ?? minimum) + 1
  const { pattern = '' } = (items ?? {}) as { readonly pattern?: string }
  if (type === 'array') return ['aa', 'Bb', 'cc'].filter((each) => new RegExp(pattern).test(each))
  return format === 'uri'
    ? 'https://x.example'
    : ['x', 'xyz', 'x/'].find((each) => each !== usual && new RegExp(String(own ?? '')).test(each))
}

describe.concurrent('the settings of', () => {
  test.each(Object.keys(operators))('%s become its flags', async (name) => {
    const settings = operators[name]!.properties!['settings']!.properties!
    const given = Object.fromEntries(Object.entries(settings).map(([key, each]) => [key, sampleOf(each)]))
    const values = { operators: { [name]: { enabled: true, settings: given } } }
    const manifests = await render(merged(values, { crds: { install: false } }))
    const pods = manifests.filter(({ kind }) => kind === 'Deployment') as unknown as readonly {
      readonly spec: { readonly template: { readonly spec: { readonly containers: readonly { readonly args: readonly string[] }[] } } }
    }[]
    // A large number among them (maxSecretBytes): a template that goes through floating point would write 1e+06.
    const flags = Object.entries(given).map(([key, value]) => `--${name}-${flagName(key)}=${String(value)}`)
    expect(pods[0]!.spec.template.spec.containers[0]!.args).toEqual(expect.arrayContaining(flags))
  })
})

test.each(Object.keys(operators))('%s is installed when it is enabled, and nothing of the others', async (name) => {
  expect(await render({})).toEqual([])
  const manifests = await render({ operators: { [name]: { enabled: true } } })
  expect(new Set(manifests.map(({ metadata }) => metadata.labels?.['app.kubernetes.io/component']))).toEqual(new Set([name]))
  expect(manifests.map(({ kind }) => kind)).toEqual(expect.arrayContaining(['CustomResourceDefinition', 'Deployment', 'ServiceAccount']))
})

test('both majors of Helm make the same of everything at once', async () => {
  const values = {
    operators: Object.fromEntries(Object.keys(operators).map((name) => [name, { enabled: true }])),
    defaults: { podMonitor: { enabled: true }, networkPolicy: { enabled: true }, namespaces: ['a', 'operators', 'default'] },
    prometheusRule: { enabled: true },
    dashboards: { enabled: true },
  }
  const [three, four] = await Promise.all(HELMS.map((name) => render(values, name)))
  const byName = (manifests: readonly Manifest[]) =>
    new Map(manifests.map((each) => [`${each.kind} ${each.metadata.namespace} ${each.metadata.name}`, each]))
  expect(byName(three!)).toEqual(byName(four!))
  expect(three!.length).toBe(byName(three!).size)
})

const gc = (values: Values): Values => ({ operators: { gc: { enabled: true, ...values } } })

describe.concurrent('refused, with the name of what is wrong', () => {
  test.each<[string, Values, RegExp]>([
    ['a value that is not known', { oprators: {} }, /oprators/],
    ['an operator that is not known', { operators: { gcc: {} } }, /gcc/],
    ['a value of an operator that is not known', gc({ replica: 3 }), /operators.*gc.*replica/s],
    ['a setting that is not known', gc({ settings: { concurency: 3 } }), /settings.*concurency/s],
    [
      'shards of what one replica does',
      { operators: { 'vault-unsealer': { enabled: true, shards: { enabled: true } } } },
      /vault-unsealer: one replica does all of its work/,
    ],
    ['a setting of another operator', gc({ settings: { vaultAddr: 'x' } }), /vaultAddr/],
    ['a number that is a word', gc({ replicas: 'two' }), /replicas/],
    ['a setting out of its range', gc({ settings: { concurrency: 0 } }), /concurrency/],
    ['a level that is none', { defaults: { log: { level: 'loud' } } }, /level/],
    ['a duration without a unit', gc({ leaderElection: { leaseDuration: '15' } }), /leaseDuration/],
    ['a digest that is none', { image: { digest: 'sha256:1' } }, /digest/],
    [
      'replicas that would all do the same',
      gc({ leaderElection: { enabled: false } }),
      /gc: replicas is 2 and leaderElection.enabled false/,
    ],
    ['a filter without shards', gc({ shards: { filter: 'client' } }), /gc: shards.filter .*set shards.enabled/],
    [
      'a certificate for metrics without HTTPS',
      gc({ metrics: { certificateSecret: 'x' } }),
      /gc: metrics.certificateSecret .*metrics.secure/,
    ],
    ['a scrape of nothing', gc({ metrics: { enabled: false }, podMonitor: { enabled: true } }), /gc: there is nothing to scrape/],
    ['a ServiceAccount of no name', gc({ serviceAccount: { create: false } }), /gc: serviceAccount.create is false: name/],
    ['a Secret of no name', gc({ webhooks: { certificates: { from: 'secret' } } }), /gc: webhooks.certificates.from is secret: name it/],
    [
      'a Secret that is not asked for',
      gc({ webhooks: { certificates: { secret: 'x' } } }),
      /gc: webhooks.certificates.secret .*from to secret/,
    ],
    ['an issuer that is not asked for', gc({ webhooks: { certificates: { issuer: { name: 'x' } } } }), /gc: webhooks.certificates.issuer/],
    [
      'an alert that is not there',
      { ...gc({}), prometheusRule: { enabled: true, disabled: ['Nothing'] } },
      /prometheusRule.disabled: .*Nothing/,
    ],
  ])('%s', async (_, values, words) => {
    for (const name of HELMS) await expect(render(values, name)).rejects.toThrow(words)
  })
})

test.each(HELMS)('%s finds nothing wrong with it', async (name) => {
  const { code, stdout } = await helm(name, ['lint', '--strict', CHART], { values: gc({}) })
  expect([code, stdout]).toEqual([0, expect.stringContaining('0 chart(s) failed')])
})
