// `npm run check`: everything about the code that a machine can judge. Runs all checks, then fails if any failed, so one run shows everything.
import { spawnSync } from 'node:child_process'
import { dirname, join } from 'node:path'

const root = dirname(import.meta.dirname)
const bin = (name: string) => join(root, 'node_modules', '.bin', name)

const CHECKS: readonly { readonly name: string; readonly command: readonly string[] }[] = [
  { name: 'format and lint', command: [bin('biome'), 'ci', '--error-on-warnings', '.'] },
  { name: 'types', command: [bin('tsc'), '-p', root] },
  { name: 'types of the page', command: [bin('tsc'), '-p', join(root, 'packages', 'dashboard', 'src', 'page')] },
  { name: 'layers', command: [process.execPath, join(root, 'scripts', 'layers.ts')] },
  { name: 'dead code and dependencies', command: [process.execPath, bin('knip'), '--no-progress'] },
  { name: 'generated files', command: [process.execPath, join(root, 'scripts', 'generated.ts')] },
]

const failed: string[] = []
for (const { name, command } of CHECKS) {
  process.stdout.write(`check: ${name}\n`)
  const [program, ...args] = command
  const result = spawnSync(program!, args, { cwd: root, stdio: 'inherit' })
  if (result.error) process.stderr.write(`check: ${name}: ${result.error.message}\n`)
  if (result.status !== 0) failed.push(name)
}
process.stdout.write(failed.length === 0 ? 'check: all fine\n' : `check: failed: ${failed.join(', ')}\n`)
process.exit(failed.length === 0 ? 0 : 1)
