// Each alert fires when it should, is tested for it, and has a section that says what to do.
import { execFileSync, spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { allAsked, DEPLOY, RULE_FILES, rulesOf, seriesIn } from './asked-metrics.ts'

const hasPromtool = spawnSync('promtool', ['--version']).status === 0
const isWanted = hasPromtool || process.env['KUBEWRIGHT_DEMAND_ALL'] !== undefined
const NO_PROMTOOL = 'promtool is not on the PATH: install Debian’s package prometheus'

interface RuleTests {
  readonly tests: readonly { readonly name: string }[]
}

describe.each(RULE_FILES)('%s', (file) => {
  const alerts = rulesOf(file).groups.flatMap(({ rules }) => rules)

  test('promtool finds it right, and its alerts fire when they should and not else', ({ skip }) => {
    if (!isWanted) skip(NO_PROMTOOL)
    const cwd = join(DEPLOY, 'alerts')
    expect(execFileSync('promtool', ['check', 'rules', file], { cwd, encoding: 'utf8' })).toContain('SUCCESS')
    expect(execFileSync('promtool', ['test', 'rules', `tests/${file}`], { cwd, encoding: 'utf8' })).toContain('SUCCESS')
  })

  test('each alert has a test that it fires and one that it does not', () => {
    const { tests } = parse(readFileSync(join(DEPLOY, 'alerts', 'tests', file), 'utf8')) as RuleTests
    expect(tests.map(({ name }) => name)).toEqual(alerts.flatMap(({ alert }) => [`${alert} fires`, `${alert} does not when all is well`]))
  })

  test('each says what has happened and what it means, and has a section in docs/alerts.md', () => {
    const page = readFileSync(join(DEPLOY, '..', 'docs', 'alerts.md'), 'utf8')
    for (const { alert, annotations } of alerts) {
      expect(annotations.summary, alert).toBeTruthy()
      expect(annotations.description, alert).toBeTruthy()
      expect(page, alert).toContain(`\n### ${alert}\n`)
    }
  })
})

test.each([
  ['sum by (a_label) (rate(x_total{b_label="y_z"}[5m])) > 0', ['x_total']],
  ['histogram_quantile(0.9, sum by (le) (rate(x_seconds_bucket[$__rate_interval])))', ['x_seconds_bucket']],
  ['max by (job) (x_one) - time() unless y_two', ['x_one', 'y_two']],
  ['label_replace(x_total, "a", "b", "c", "d")', ['x_total']],
])('the series of %s are %j', (expr, series) => expect(seriesIn(expr)).toEqual(series))

test('every panel and alert asks for something', () => {
  for (const { where, expr } of allAsked()) expect(seriesIn(expr).length > 0 || expr.startsWith('up{'), where).toBe(true)
})
