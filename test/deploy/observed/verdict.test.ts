import { expect, test } from 'vitest'
import { type ObservedAlert, type ObservedPanel, problemsOf, rangeOf } from './verdict.ts'

const panel = (over: Partial<ObservedPanel> = {}): ObservedPanel => ({
  ...{ dashboard: 'd.json', title: 'Requests', expr: 'rate(x[1m])', series: 1, range: [0, 2] },
  ...over,
})
const alert = (over: Partial<ObservedAlert> = {}): ObservedAlert => ({
  ...{ file: 'a.yaml', alert: 'Down', held: true, series: 1, highest: 1 },
  ...over,
})
const none = { quiet: {}, unprovoked: {} }

test('what shows something is fine', () => expect(problemsOf({ panels: [panel()], alerts: [alert()] }, none)).toEqual([]))

test.each([
  ['a panel without data', [panel({ series: 0, range: undefined })], [], none, 'd.json, "Requests" has no data: rate(x[1m])'],
  ['a panel that is zero', [panel({ range: [0, 0] })], [], none, 'd.json, "Requests" is zero all the time: rate(x[1m])'],
  ['an alert about nothing', [], [alert({ held: false, series: 0 })], none, 'a.yaml: Down compares nothing that is there'],
  ['an alert that never held', [], [alert({ held: false })], none, 'a.yaml: the condition of Down never held (the highest value was 1)'],
] as const)('%s is a problem', (_, panels, alerts, reasons, problem) => expect(problemsOf({ panels, alerts }, reasons)).toEqual([problem]))

test('what is zero, or never held, for a reason is none; no data has no reason', () => {
  const reasons = { quiet: { 'rate(x[1m])': 'rare' }, unprovoked: { Down: 'rare' } }
  expect(problemsOf({ panels: [panel({ range: [0, 0] })], alerts: [alert({ held: false })] }, reasons)).toEqual([])
  expect(
    problemsOf({ panels: [panel({ series: 0, range: undefined })], alerts: [alert({ held: false, series: 0 })] }, reasons),
  ).toHaveLength(2)
})

test('a reason why an alert is silent that is not is a problem; one why a panel is zero is not', () =>
  expect(problemsOf({ panels: [panel()], alerts: [alert()] }, { quiet: { 'rate(x[1m])': 'rare' }, unprovoked: { Down: 'rare' } })).toEqual([
    'a reason is given why Down never held, and it did',
  ]))

test('the range is that of all series', () => {
  const series = (...values: readonly number[]) => ({ labels: {}, values })
  expect(rangeOf([series(3, 1), series(7)])).toEqual([1, 7])
  expect(rangeOf([])).toBeUndefined()
})
