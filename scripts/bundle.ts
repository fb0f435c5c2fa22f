// `npm run bundle`: dist/packages/NAME, each ready for `npm publish`, and dist/image/program/kubewright.mjs, which the container image runs.
// `--packages DIR`: the packages alone, into that folder.
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { parseArgs } from 'node:util'
import { bundleProgram, PROGRAM } from './image/program-bundle.ts'
import { writePackages } from './packages.ts'

const root = dirname(import.meta.dirname)
const out = join(root, 'dist')
const { packages } = parseArgs({ options: { packages: { type: 'string' } } }).values
if (packages === undefined) rmSync(out, { recursive: true, force: true })
writePackages(packages ?? join(out, 'packages'))

if (packages === undefined) {
  const folder = join(out, 'image', 'program')
  mkdirSync(folder, { recursive: true })
  for (const [name, content] of (await bundleProgram()).files) writeFileSync(join(folder, name), content)
  process.stdout.write(`kubewright: ${join(folder, PROGRAM)}\n`)
}
