// `npm run image`: dist/image/oci, the container image for amd64 and arm64 in a folder, without Docker and without a daemon. The same sources give the
// same digest. `--output DIR`: into that folder. What is fetched and packed stays in the user's cache.
import { spawnSync } from 'node:child_process'
import { rmSync } from 'node:fs'
import { homedir } from 'node:os'
import { dirname, join } from 'node:path'
import { parseArgs } from 'node:util'
import { buildImage } from './image/image.ts'
import { bundleProgram } from './image/program-bundle.ts'

const root = dirname(import.meta.dirname)
const cache = join(process.env['XDG_CACHE_HOME'] || join(homedir(), '.cache'), 'kubewright', 'image')
const output = parseArgs({ options: { output: { type: 'string' } } }).values.output ?? join(root, 'dist', 'image', 'oci')

function run(program: string, args: readonly string[]) {
  const { status, stdout } = spawnSync(program, args, { stdio: ['ignore', 'pipe', 'inherit'], encoding: 'utf8' })
  return { code: status ?? undefined, output: stdout ?? '' }
}
const git = (...args: readonly string[]) => run('git', ['-C', root, ...args]).output.trim()
const megabytes = (bytes: number) => `${(bytes / 1e6).toFixed(1)} MB`

try {
  const program = await bundleProgram()
  rmSync(output, { recursive: true, force: true })
  const source = { commit: git('rev-parse', 'HEAD'), changed: git('status', '--porcelain', '--untracked-files=no') !== '' }
  const created = Number(process.env['SOURCE_DATE_EPOCH'] ?? 0)
  const { digest, tag, sizes } = await buildImage({ root, cache, program, source, created, run }, output)
  for (const [architecture, layers] of Object.entries(sizes))
    process.stdout.write(
      `image: ${architecture} ${megabytes(layers.reduce((sum, size) => sum + size, 0))} compressed (${layers.map(megabytes).join(' + ')})\n`,
    )
  process.stdout.write(`image: kubewright:${tag} ${digest}: ${output}\n`)
} catch (error) {
  process.stderr.write(`image: ${error instanceof Error ? error.message : String(error)}\n`)
  process.exitCode = 1
}
