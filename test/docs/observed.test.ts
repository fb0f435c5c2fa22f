// docs/observed.md tells of every panel and every alert that there is: who adds one lets `npm run observe -- --write` look at it.
import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { expect, test } from 'vitest'
import { allAlerts, allPanels } from '../deploy/asked-metrics.ts'
import { alertRowOf, panelRowOf } from '../deploy/observed/page.ts'

const page = readFileSync(join(dirname(dirname(import.meta.dirname)), 'docs', 'observed.md'), 'utf8')
const lines = page.split('\n')

/** The row is there, and does not go on with no series. */
const isTold = (row: string) => lines.some((line) => line.startsWith(row) && !line.startsWith(`${row}0 |`))

test('each query of each panel was seen with data', () => expect(allPanels().filter((panel) => !isTold(panelRowOf(panel)))).toEqual([]))

test('each alert was seen with data', () => expect(allAlerts().filter((alert) => !isTold(alertRowOf(alert)))).toEqual([]))

test('nothing is told of that is gone', () => {
  const rows = lines.filter(
    (line) => line.startsWith('| ') && !line.startsWith('| ---') && !line.startsWith('| panel |') && !line.startsWith('| alert |'),
  )
  expect(rows).toHaveLength(allPanels().length + allAlerts().length)
})
