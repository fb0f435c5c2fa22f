// `npm run bundle`: dist/packages/NAME, each ready for `npm publish` (JavaScript, declarations, a manifest whose exports point at them), and
// dist/image/kubewright.mjs, the single file that the container image runs.
import { spawnSync } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { build } from 'esbuild'
import { BUILD_OPTIONS } from './build.mjs'

const root = dirname(import.meta.dirname)
const out = join(root, 'dist')
rmSync(out, { recursive: true, force: true })

const emitted = join(out, 'tsc')
mkdirSync(emitted, { recursive: true })
const config = join(out, 'tsconfig.json')
writeFileSync(
  config,
  JSON.stringify({
    extends: '../tsconfig.json',
    compilerOptions: {
      noEmit: false,
      declaration: true,
      allowImportingTsExtensions: false,
      rewriteRelativeImportExtensions: true,
      rootDir: '..',
      outDir: './tsc',
    },
    include: ['../packages/*/src', '../operators/*/src'],
    exclude: ['../**/*.test.ts'],
  }),
)
const tsc = spawnSync(join(root, 'node_modules', '.bin', 'tsc'), ['-p', config], { stdio: 'inherit' })
if (tsc.status !== 0) process.exit(1)

interface Manifest {
  readonly name: string
  exports: Record<string, unknown>
  [field: string]: unknown
}

for (const parent of ['packages', 'operators']) {
  for (const name of readdirSync(join(root, parent))) {
    const source = join(root, parent, name)
    const manifest = JSON.parse(readFileSync(join(source, 'package.json'), 'utf8')) as Manifest
    const target = join(out, 'packages', manifest.name.replace('/', '-').replace('@', ''))
    cpSync(join(emitted, parent, name, 'src'), join(target, 'lib'), { recursive: true })
    manifest.exports = Object.fromEntries(
      Object.entries(manifest.exports).map(([entry, path]) => {
        const file = String(path).replace('./src/', './lib/').replace(/\.ts$/, '')
        return [entry, { types: `${file}.d.ts`, default: `${file}.js` }]
      }),
    )
    writeFileSync(join(target, 'package.json'), `${JSON.stringify(manifest, undefined, 2)}\n`)
    for (const file of ['README.md', 'bin'])
      if (existsSync(join(source, file))) cpSync(join(source, file), join(target, file), { recursive: true })
    for (const file of ['LICENSE', 'NOTICE']) cpSync(join(root, file), join(target, file))
    process.stdout.write(`${manifest.name}: ${target}\n`)
  }
}
rmSync(emitted, { recursive: true })
rmSync(config)

const image = join(out, 'image', 'kubewright.mjs')
await build({
  ...BUILD_OPTIONS,
  entryPoints: [join(root, 'packages', 'cli', 'src', 'main.ts')],
  outfile: image,
  splitting: false,
  minify: true,
  sourcemap: false,
})
process.stdout.write(`kubewright: ${image}\n`)
