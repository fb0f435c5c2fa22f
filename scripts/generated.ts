// Asks every generator whether the committed files are what it would write: nothing generated is ever edited by hand.
import { spawnSync } from 'node:child_process'
import { dirname, join } from 'node:path'

const root = dirname(import.meta.dirname)

const GENERATORS: readonly { readonly script: string; readonly needsGo: boolean }[] = [
  { script: 'scripts/generate/operator-examples.ts', needsGo: false },
  { script: 'scripts/generate/dashboards.ts', needsGo: false },
  // Takes in what the one before writes.
  { script: 'scripts/generate/chart.ts', needsGo: false },
  { script: 'scripts/generate/manifests.ts', needsGo: false },
  { script: 'scripts/generate/commands.ts', needsGo: false },
  { script: 'scripts/generate/kind-pages.ts', needsGo: false },
  { script: 'scripts/generate/metrics-page.ts', needsGo: false },
  { script: 'scripts/generate/errors-page.ts', needsGo: false },
  { script: 'scripts/generate/api-reports.ts', needsGo: false },
  // These read published Go modules.
  { script: 'scripts/generate/builtin-types.ts', needsGo: true },
  { script: 'scripts/generate/client-kinds.ts', needsGo: true },
]

const hasGo = spawnSync('go', ['version']).status === 0
// A contributor without Go trusts what CI has checked; CI trusts nobody.
if (!hasGo && process.env['CI']) {
  process.stderr.write('generated: Go is not installed, so not all generated files can be checked: install it\n')
  process.exit(1)
}
const possible = GENERATORS.filter(({ needsGo }) => hasGo || !needsGo)
const stale = possible.filter(
  ({ script }) => spawnSync(process.execPath, [join(root, script), '--check'], { cwd: root, stdio: 'inherit' }).status !== 0,
)
for (const { script } of stale) process.stderr.write(`generated: run node ${script}, and commit what it writes\n`)
process.stdout.write(
  `generated: ${possible.length} of ${GENERATORS.length} generators asked${hasGo ? '' : ' (Go is not installed here; CI asks all)'}, ${stale.length} stale\n`,
)
process.exit(stale.length > 0 ? 1 : 0)
