// Holds the arrows of the package table: who may import whom. A newcomer reads the table here; the check fails on any other arrow.
import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'

/** Package → the packages of ours that it may import. Tests may in addition import `testing`, which stands above all of them. */
export const ARROWS: Readonly<Record<string, readonly string[]>> = {
  '@kubewright/core': [],
  '@kubewright/client': ['@kubewright/core'],
  '@kubewright/cel': ['@kubewright/core'],
  '@kubewright/schema': ['@kubewright/core', '@kubewright/cel'],
  '@kubewright/runtime': ['@kubewright/core', '@kubewright/client', '@kubewright/schema'],
  '@kubewright/webhook': ['@kubewright/core', '@kubewright/client', '@kubewright/schema', '@kubewright/runtime'],
  '@kubewright/apiserver': ['@kubewright/core', '@kubewright/cel', '@kubewright/schema'],
  '@kubewright/vault': ['@kubewright/core'],
  '@kubewright/dashboard': ['@kubewright/core'],
  '@kubewright/testing': [
    '@kubewright/core',
    '@kubewright/client',
    '@kubewright/schema',
    '@kubewright/runtime',
    '@kubewright/apiserver',
    '@kubewright/vault',
  ],
  kubewright: [
    '@kubewright/core',
    '@kubewright/cel',
    '@kubewright/client',
    '@kubewright/schema',
    '@kubewright/runtime',
    '@kubewright/webhook',
    '@kubewright/dashboard',
    '@kubewright/apiserver',
    '@kubewright/testing',
  ],
  // An operator of ours stands where a stranger's stands: on the facade.
  '@kubewright/operator-application': ['kubewright'],
  '@kubewright/operator-gc': ['kubewright'],
  '@kubewright/operator-s3': ['kubewright'],
  '@kubewright/operator-vault-sync': ['kubewright', '@kubewright/vault'],
  '@kubewright/operator-vault-unsealer': ['kubewright', '@kubewright/vault'],
}

/** The command loads the operators; the facade, which the operators import, must not know them. */
const EXCEPTIONS: readonly { readonly under: string; readonly may: RegExp }[] = [
  { under: 'packages/cli/src/commands/', may: /^@kubewright\/operator-/ },
]

/** Tests, and the folders of what only tests use. */
const TEST = /\.test\.ts$|\/(fake|test-client)\//

export interface Import {
  /** Path from the repository's root. */
  readonly file: string
  readonly line: number
  readonly specifier: string
}

export interface SourceFile {
  readonly path: string
  readonly text: string
}

const IMPORT = /(?:\bfrom\s*|\bimport\s*\(\s*|^\s*import\s+)(['"])([^'"\n]+)\1/gm

export function importsOf({ path, text }: SourceFile): Import[] {
  return [...text.matchAll(IMPORT)].map((match) => ({
    file: path,
    line: text.slice(0, match.index + match[0].length).split('\n').length,
    specifier: match[2]!,
  }))
}

/** Why this import is forbidden, or `undefined` when it is fine. `owners` maps a package's folder to its name. */
export function objection(found: Import, owners: ReadonlyMap<string, string>): string | undefined {
  const home = ownerOf(found.file, owners)
  if (home === undefined) return undefined
  const isTest = TEST.test(found.file)
  if (found.specifier.startsWith('.')) {
    const target = relative('/', resolve('/', dirname(found.file), found.specifier))
    if (!isTest && TEST.test(target)) return 'is there for tests alone'
    return ownerOf(target, owners) === home ? undefined : `reaches into another package by path; import it by its name`
  }
  const target = [...owners.values()].find((name) => found.specifier === name || found.specifier.startsWith(`${name}/`))
  if (target === undefined) return undefined
  if (isTest && target === '@kubewright/testing') return undefined
  if (EXCEPTIONS.some(({ under, may }) => found.file.startsWith(under) && may.test(target))) return undefined
  if (ARROWS[home]?.includes(target)) return undefined
  const allowed = ARROWS[home]
  return allowed === undefined
    ? `${home} is not in the table of scripts/layers.ts; add it there`
    : `${home} may not import ${target} (it may import: ${allowed.join(', ') || 'nothing of ours'})`
}

function ownerOf(path: string, owners: ReadonlyMap<string, string>): string | undefined {
  for (const [folder, name] of owners) if (path.startsWith(`${folder}/`)) return name
  return undefined
}

export function readSources(root: string): { readonly sources: SourceFile[]; readonly owners: Map<string, string> } {
  const owners = new Map<string, string>()
  const sources: SourceFile[] = []
  for (const parent of ['packages', 'operators']) {
    for (const name of readdirSync(join(root, parent))) {
      const folder = `${parent}/${name}`
      owners.set(folder, (JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8')) as { name: string }).name)
      for (const entry of readdirSync(join(root, folder, 'src'), { recursive: true, withFileTypes: true })) {
        if (!entry.isFile() || !/\.(ts|tsx|mts)$/.test(entry.name)) continue
        const path = join(entry.parentPath, entry.name)
        sources.push({ path: relative(root, path), text: readFileSync(path, 'utf8') })
      }
    }
  }
  return { sources, owners }
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const { sources, owners } = readSources(dirname(import.meta.dirname))
  const all = sources.flatMap(importsOf)
  const wrong = all.flatMap((found) => {
    const why = objection(found, owners)
    return why === undefined ? [] : [`${found.file}:${found.line}: import of '${found.specifier}': ${why}`]
  })
  for (const line of wrong) process.stderr.write(`${line}\n`)
  process.stdout.write(`layers: ${sources.length} files, ${all.length} imports, ${wrong.length} forbidden\n`)
  process.exit(wrong.length > 0 ? 1 : 0)
}
