import { execFileSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type GoPackage, parseGoPackage } from './go-source.ts'

/** The version all modules are taken at: Kubernetes 1.36.3. */
export const MODULE_VERSION = 'v0.36.3'
export const MODULES = ['k8s.io/api', 'k8s.io/apimachinery', 'k8s.io/apiextensions-apiserver', 'k8s.io/kube-aggregator'] as const

/** Where the generated files come from, for their heads. */
export const SOURCE_NOTE = `// Derived from the Go types of ${MODULES.join(', ')}, ${MODULE_VERSION}.
// Copyright The Kubernetes Authors, Apache License 2.0.
`

/** API packages in the order of the table. Stable versions only: what a default kube-apiserver serves, and the bodies of its webhooks. */
const API_PACKAGES = [
  'admission/v1',
  'admissionregistration/v1',
  'apps/v1',
  'authentication/v1',
  'authorization/v1',
  'autoscaling/v1',
  'autoscaling/v2',
  'batch/v1',
  'certificates/v1',
  'coordination/v1',
  'core/v1',
  'discovery/v1',
  'events/v1',
  'flowcontrol/v1',
  'networking/v1',
  'node/v1',
  'policy/v1',
  'rbac/v1',
  'resource/v1',
  'scheduling/v1',
  'storage/v1',
]

/** Folder of a module: one given on the command line, else the Go module cache, filled by `go mod download`. */
function moduleFolder(module: string, given: readonly string[]): string {
  const named = given.find((folder) => readFileSync(join(folder, 'go.mod'), 'utf8').startsWith(`module ${module}\n`))
  if (named) return named
  const answer = execFileSync('go', ['mod', 'download', '-json', `${module}@${MODULE_VERSION}`], { encoding: 'utf8', cwd: '/' })
  return (JSON.parse(answer) as { Dir: string }).Dir
}

function packageOfImport(path: string): string {
  return path
    .replace(/^k8s\.io\/apiextensions-apiserver\/pkg\/apis\//, '')
    .replace(/^k8s\.io\/kube-aggregator\/pkg\/apis\//, '')
    .replace(/^k8s\.io\/apimachinery\/pkg\/(apis\/)?/, '')
    .replace(/^k8s\.io\/api\//, '')
}

/** Every package that the table covers, parsed. */
export function readPackages(folders: readonly string[]): GoPackage[] {
  const [api, machinery, extensions, aggregator] = MODULES.map((module) => moduleFolder(module, folders)) as [
    string,
    string,
    string,
    string,
  ]
  const sources = [
    ...API_PACKAGES.map((name) => ({ name, folder: join(api, name) })),
    { name: 'meta/v1', folder: join(machinery, 'pkg/apis/meta/v1') },
    { name: 'apiextensions/v1', folder: join(extensions, 'pkg/apis/apiextensions/v1') },
    { name: 'apiregistration/v1', folder: join(aggregator, 'pkg/apis/apiregistration/v1') },
  ]
  return sources.map(({ name, folder }) => {
    const read = (file: string) => readFileSync(join(folder, file), 'utf8')
    const files = readdirSync(folder).filter((file) => /^(types|types_jsonschema|group_version)\.go$/.test(file))
    const model = /return "(io\.k8s\.[^"]+)\.\w+"/.exec(read('zz_generated.model_name.go'))?.[1]
    const group = /GroupName\s+= "([^"]*)"/.exec(read('register.go'))?.[1]
    if (model === undefined || group === undefined || files.length === 0)
      throw new Error(`${folder}: no OpenAPI model name, group name or types.go`)
    const version = name.slice(name.indexOf('/') + 1)
    return parseGoPackage({ name, group, version, model }, files.sort().map(read), packageOfImport)
  })
}

/** @throws Error naming the folder that is no Go module. */
export function checkFolders(folders: readonly string[]): void {
  for (const folder of folders)
    if (!existsSync(join(folder, 'go.mod')))
      throw new Error(`${folder}: no go.mod here: give the folders of the Go modules ${MODULES.join(', ')}, or none`)
}
