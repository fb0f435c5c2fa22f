// Asks every generator whether the committed files are what it would write: nothing generated is ever edited by hand.
import { spawnSync } from 'node:child_process'
import { dirname, join } from 'node:path'

const root = dirname(import.meta.dirname)
const GENERATORS = ['scripts/generate/builtin-types.ts', 'scripts/generate/client-kinds.ts']

// They read published Go modules; a contributor without Go trusts what CI has checked.
if (spawnSync('go', ['version']).status !== 0) {
  if (process.env['CI']) {
    process.stderr.write('generated: Go is not installed, so the generated files cannot be checked: install it\n')
    process.exit(1)
  }
  process.stdout.write('generated: not checked, because Go is not installed here; CI does\n')
  process.exit(0)
}

const stale = GENERATORS.filter((script) => spawnSync(process.execPath, [join(root, script), '--check'], { cwd: root, stdio: 'inherit' }).status !== 0)
for (const script of stale) process.stderr.write(`generated: run node ${script}, and commit what it writes\n`)
process.exit(stale.length > 0 ? 1 : 0)
