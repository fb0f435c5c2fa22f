import { expect, test } from 'vitest'
import { allAlerts } from '../asked-metrics.ts'
import { comparedBy, forPrometheus } from './expression.ts'

test.each([
  ['a_total > 0', 'a_total'],
  [
    'sum by (x) (rate(a_total[5m])) / sum by (x) (rate(b_total[5m])) > 0.2',
    'sum by (x) (rate(a_total[5m])) / sum by (x) (rate(b_total[5m]))',
  ],
  ['time() - a_seconds > 600', 'time() - a_seconds'],
  ['a_loaded < a_required', 'a_loaded'],
  ['up{job=~"a|b"} == 0', 'up{job=~"a|b"}'],
  ['sum(phase{phase=~"x > y"}) > 0', 'sum(phase{phase=~"x > y"})'],
  ['sum(a) > 0 unless sum(b) > 0', 'sum(a)'],
  ['sum(a) > 1000 and deriv(sum(a)[15m:1m]) > 0', 'sum(a)'],
  ['(increase(a[1h]) > 0) or (a unless a offset 1h)', 'increase(a[1h])'],
  ['min(a) - time() < 7 * 24 * 3600', 'min(a) - time()'],
])('%s compares %s', (expr, compared) => expect(comparedBy(expr)).toBe(compared))

test('nothing of a threshold is left of any alert', () => {
  for (const { alert, expr } of allAlerts()) expect(comparedBy(expr), alert).not.toMatch(/ (unless|==|>|<) /)
})

test('what Grafana fills in is filled in', () =>
  expect(forPrometheus('rate(a{job=~"$job",b="c"}[$__rate_interval])')).toBe('rate(a{job=~".*",b="c"}[1m])'))
