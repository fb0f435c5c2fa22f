// The Grafana dashboards that are tables of panels: deploy/dashboards/NAME.json. Those of s3 and vault-sync are kept by hand, for panels of other kinds.
//   node scripts/generate/dashboards.ts [--check]
import { application } from './dashboards/application.ts'
import { gc } from './dashboards/gc.ts'
import { grafanaDashboard } from './dashboards/grafana.ts'
import { runtime } from './dashboards/runtime.ts'
import { vaultUnsealer } from './dashboards/vault-unsealer.ts'
import { runGenerator } from './output.ts'

const DASHBOARDS = [runtime, application, gc, vaultUnsealer]

runGenerator(
  () =>
    new Map(DASHBOARDS.map((each) => [`deploy/dashboards/${each.name}.json`, `${JSON.stringify(grafanaDashboard(each), undefined, 2)}\n`])),
)
