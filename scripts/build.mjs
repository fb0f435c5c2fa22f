// Bundles the command into packages/cli/dist: one ESM graph, split so that a command loads only what it needs.
// Plain JavaScript because the set-up runs it.
import { existsSync, renameSync, rmSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import { leanDependencies } from './lean-dependencies.mjs'
import { buildPage } from './page.mjs'

/** @type {import('esbuild').BuildOptions} */
export const BUILD_OPTIONS = {
  bundle: true,
  format: 'esm',
  platform: 'node',
  target: 'node22',
  logLevel: 'warning',
  plugins: [leanDependencies],
  // The text of what is loaded stays in memory. Names stay too, for stack traces.
  minifyWhitespace: true,
  // Node prints the line of an error that nobody caught.
  lineLimit: 160,
  // Some dependencies are CommonJS and call require() for Node's own modules.
  banner: { js: "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);" },
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const root = dirname(dirname(fileURLToPath(import.meta.url)))
  await buildPage(root)
  const outdir = join(root, 'packages', 'cli', 'dist')
  // Beside it and then moved: a program that starts meanwhile finds the one or the other.
  const [made, old] = [`${outdir}.${process.pid}.new`, `${outdir}.${process.pid}.old`]
  await build({
    ...BUILD_OPTIONS,
    entryPoints: { main: join(root, 'packages', 'cli', 'src', 'main.ts') },
    outdir: made,
    splitting: true,
    sourcemap: 'linked',
  })
  if (existsSync(outdir)) renameSync(outdir, old)
  renameSync(made, outdir)
  rmSync(old, { recursive: true, force: true })
}
