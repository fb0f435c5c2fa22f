import { isFlat, type Observation, type ObservedAlert, type ObservedPanel, type Reasons } from './verdict.ts'

const HEAD = `# What dashboards and alerts show

Written by \`npm run observe -- --write\`; do not edit. The command starts each operator as a program of its own on the embedded API server, gives it work, has
everything go wrong that the alerts are about, and asks a real Prometheus, which scrapes them every second, for each query of each panel and for each alert. It fails when
a panel or an alert has nothing to show.
`

/** Two digits that count: enough to see that it is no accident. */
const short = (value: number) => (Number.isFinite(value) ? String(Number(value.toPrecision(2))) : '∞')
const code = (text: string) => `\`${text.replaceAll('|', '\\|')}\``
const row = (...cells: readonly string[]) => `| ${cells.join(' | ')} |`

/** docs/observed.md */
export function pageOf(
  { panels, alerts }: Observation,
  { quiet, unprovoked }: { readonly quiet: Reasons; readonly unprovoked: Reasons },
): string {
  const dashboards = [...new Set(panels.map(({ dashboard }) => dashboard))]
  return [
    HEAD,
    '## Dashboards\n',
    'Series and the range of their values in that run.\n',
    ...dashboards.map((dashboard) => dashboardOf(dashboard, panels, quiet)),
    '## Alerts\n',
    'Whether the whole condition held in that run; for how long it has to hold is tested by `promtool test rules` (`deploy/alerts/tests`), with each alert’s firing.\n',
    ...alertsOf(alerts, unprovoked),
    '',
  ].join('\n')
}

/** How the row of this query begins. */
export const panelRowOf = ({ title, expr }: Pick<ObservedPanel, 'title' | 'expr'>) => `| ${title} | ${code(expr)} | `
/** How the row of this alert begins. */
export const alertRowOf = ({ alert }: Pick<ObservedAlert, 'alert'>) => `| [${alert}](alerts.md#${alert.toLowerCase()}) | `

function dashboardOf(dashboard: string, panels: readonly ObservedPanel[], quiet: Reasons): string {
  const rows = panels
    .filter((each) => each.dashboard === dashboard)
    .map((panel) => `${panelRowOf(panel)}${panel.series} | ${(isFlat(panel) ? quiet[panel.expr] : undefined) ?? toldRange(panel)} |`)
  return [`### ${dashboard}\n`, row('panel', 'query', 'series', 'values'), row('---', '---', '---', '---'), ...rows, ''].join('\n')
}

const toldRange = ({ range }: ObservedPanel) => (range === undefined ? 'none' : `${short(range[0])} to ${short(range[1])}`)

const alertsOf = (alerts: readonly ObservedAlert[], unprovoked: Reasons): readonly string[] => [
  row('alert', 'series compared', 'highest value', 'held'),
  row('---', '---', '---', '---'),
  ...alerts.map((each) => {
    const { alert, held, series, highest } = each
    return `${alertRowOf(each)}${series} | ${highest === undefined ? '' : short(highest)} | ${held ? 'yes' : (unprovoked[alert] ?? 'no')} |`
  }),
]
