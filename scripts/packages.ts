// The publishable packages: each with JavaScript, declarations, and a manifest whose exports point at them.
import { spawnSync } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'

const root = dirname(import.meta.dirname)

interface Manifest {
  readonly name: string
  exports: Record<string, unknown>
  [field: string]: unknown
}

/** What comes with the code; `dist` is the bundled command that `bin` starts, `templates` what it makes projects of. */
const BESIDE = ['README.md', 'bin', 'dist', 'templates']

/** Writes one folder for each package into `target`. @throws Error when the sources do not compile (the compiler has said why) */
export function writePackages(target: string): void {
  mkdirSync(join(root, 'dist'), { recursive: true })
  // Inside the repository, for the compiler looks for packages upwards from here.
  const work = mkdtempSync(join(root, 'dist', 'emit-'))
  try {
    emit(work)
    for (const parent of ['packages', 'operators'])
      for (const name of readdirSync(join(root, parent)))
        writePackage(join(root, parent, name), join(work, 'lib', parent, name, 'src'), target)
  } finally {
    rmSync(work, { recursive: true })
  }
}

function emit(work: string): void {
  const up = relative(work, root)
  const compilerOptions = {
    noEmit: false,
    declaration: true,
    allowImportingTsExtensions: false,
    rewriteRelativeImportExtensions: true,
    rootDir: up,
    outDir: './lib',
  }
  const include = [`${up}/packages/*/src`, `${up}/operators/*/src`]
  const inside = ['*.test.ts', 'fake', 'test-client', 'test-server'].map((name) => `${up}/**/${name}`)
  // What the browser runs is in the package as text.
  const exclude = [...inside, `${up}/packages/dashboard/src/page`]
  writeFileSync(join(work, 'tsconfig.json'), JSON.stringify({ extends: `${up}/tsconfig.json`, compilerOptions, include, exclude }))
  const compiler = spawnSync(join(root, 'node_modules', '.bin', 'tsc'), ['-p', work], { stdio: 'inherit' })
  if (compiler.status !== 0) throw new Error('the sources do not compile')
}

function writePackage(source: string, compiled: string, target: string): void {
  const manifest = JSON.parse(readFileSync(join(source, 'package.json'), 'utf8')) as Manifest
  const folder = join(target, manifest.name.replace('/', '-').replace('@', ''))
  cpSync(compiled, join(folder, 'lib'), { recursive: true })
  manifest.exports = Object.fromEntries(
    Object.entries(manifest.exports).map(([entry, path]) => {
      const file = String(path).replace('./src/', './lib/').replace(/\.ts$/, '')
      return [entry, { types: `${file}.d.ts`, default: `${file}.js` }]
    }),
  )
  delete manifest['devDependencies']
  writeFileSync(join(folder, 'package.json'), `${JSON.stringify(manifest, undefined, 2)}\n`)
  for (const name of BESIDE)
    if (existsSync(join(source, name)))
      cpSync(join(source, name), join(folder, name), { recursive: true, filter: (path) => !path.endsWith('.map') })
  for (const name of ['LICENSE', 'NOTICE']) cpSync(join(root, name), join(folder, name))
  process.stdout.write(`${manifest.name}: ${folder}\n`)
}
