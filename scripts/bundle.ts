// `npm run bundle`: dist/packages/NAME, each ready for `npm publish`, and dist/image/kubewright.mjs, the single file that the container image
// runs. `--packages DIR`: the packages alone, into that folder.
import { rmSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { parseArgs } from 'node:util'
import { bundleProgram } from './image/program-bundle.ts'
import { writePackages } from './packages.ts'

const root = dirname(import.meta.dirname)
const out = join(root, 'dist')
const { packages } = parseArgs({ options: { packages: { type: 'string' } } }).values
if (packages === undefined) rmSync(out, { recursive: true, force: true })
writePackages(packages ?? join(out, 'packages'))

if (packages === undefined) {
  const image = join(out, 'image', 'kubewright.mjs')
  await bundleProgram(image)
  process.stdout.write(`kubewright: ${image}\n`)
}
