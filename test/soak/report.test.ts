import { describe, expect, test } from 'vitest'
import { printed, problemsOf, type SoakReport } from './report.ts'

const figure = (name: string, growth: number, grows: boolean) => ({
  ...{ name, unit: name === 'heap' ? 'kB' : '', allowed: 12, grows },
  trend: { perMinute: growth / 5, error: 0.1, from: 40, growth },
})

const HEALTHY: SoakReport = {
  samples: [],
  figures: [figure('heap', -3, false), figure('handles', 2, false)],
  steps: new Map([['gc: session created', 500]]),
  troubles: new Map([['watches are cut', 3]]),
  deletions: 490,
  settledIn: 12.3,
  failures: [],
}

describe('the report', () => {
  test('of a healthy soak has no problem, and its figures', () => {
    expect(problemsOf(HEALTHY)).toEqual([])
    const text = printed(HEALTHY)
    expect(text).toMatch(/^heap \(kB\)\s+40\s+−3\.0\s+−0\.6 ± 0\.10\s+12 {2}flat$/m)
    expect(text).toContain('trouble: watches are cut  3')
    expect(text).toContain('490 objects gone at their time')
    expect(text).toContain('nothing missed, nothing wrong')
    expect(text).not.toContain('FAILED')
  })

  test('names what grows, and what was missed', () => {
    const sick = { ...HEALTHY, figures: [figure('heap', 30, true)], failures: ['gc: ConfigMap "x" was due and is there'] }
    expect(problemsOf(sick)).toEqual(['gc: ConfigMap "x" was due and is there', 'heap grows'])
    for (const problem of problemsOf(sick)) expect(printed(sick)).toContain(`FAILED  ${problem}`)
    expect(printed(sick)).not.toContain('nothing missed')
  })
})
