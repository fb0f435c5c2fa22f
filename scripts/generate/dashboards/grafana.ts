import type { Dashboard, Variable } from './panels.ts'

const SOURCE = { type: 'prometheus', uid: '$datasource' }
const [COLUMNS, HEIGHT] = [24, 8]

function panelsOf(rows: Dashboard['rows']): readonly object[] {
  let id = 0
  let y = 0
  return rows.flatMap(({ title, panels }) => {
    const head = { id: ++id, type: 'row', title, collapsed: false, gridPos: { h: 1, w: COLUMNS, x: 0, y }, panels: [] }
    const w = COLUMNS / panels.length
    const drawn = panels.map((panel, at) => ({
      id: ++id,
      type: 'timeseries',
      title: panel.title,
      description: panel.about,
      datasource: SOURCE,
      gridPos: { h: HEIGHT, w, x: at * w, y: y + 1 },
      fieldConfig: { defaults: { unit: panel.unit, min: 0 }, overrides: [] },
      targets: panel.queries.map(({ expr, legend }, index) => ({
        refId: String.fromCharCode(65 + index),
        datasource: SOURCE,
        expr,
        legendFormat: legend,
      })),
    }))
    y += 1 + HEIGHT
    return [head, ...drawn]
  })
}

const variable = ({ name, query }: Variable) => ({
  name,
  type: 'query',
  datasource: SOURCE,
  query: { query, refId: name },
  includeAll: true,
  multi: true,
  current: { text: 'All', value: '$__all' },
  refresh: 2,
})

/** What Grafana reads. */
export function grafanaDashboard({ name, title, variables, rows }: Dashboard): object {
  return {
    uid: `kubewright-${name}`,
    title: `Kubewright: ${title}`,
    tags: ['kubewright'],
    schemaVersion: 39,
    editable: true,
    time: { from: 'now-1h', to: 'now' },
    refresh: '30s',
    templating: {
      list: [{ name: 'datasource', type: 'datasource', query: 'prometheus' }, ...variables.map(variable)],
    },
    panels: panelsOf(rows),
  }
}
