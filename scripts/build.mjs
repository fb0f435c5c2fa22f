// Bundles the command into packages/cli/dist: one ESM graph, split so that a command loads only what it needs.
import { rmSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const outdir = join(root, 'packages', 'cli', 'dist')

rmSync(outdir, { recursive: true, force: true })
await build({
  entryPoints: { main: join(root, 'packages', 'cli', 'src', 'main.ts') },
  outdir,
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node22',
  sourcemap: 'linked',
  loader: { '.br': 'binary' },
  logLevel: 'warning',
  // Some dependencies are CommonJS and call require() for Node's own modules.
  banner: { js: "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);" },
})
