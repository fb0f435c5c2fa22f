// `npm run release`: everything about the packages that can be known before they are published: one version, each packed as npm would, and what publint
// and attw say of it. Nothing is sent anywhere. `--version X.Y.Z` writes that version into every manifest, and changes nothing else.
import { globSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { parseArgs } from 'node:util'
import { writePackages } from './packages.ts'
import { checkedTools, checkPackage } from './release/package-check.ts'
import { checkedVersion, type Manifest, versionProblems, withVersion } from './release/version.ts'

const root = dirname(import.meta.dirname)
const bin = join(root, 'node_modules', '.bin')
const MANIFESTS = ['package.json', ...globSync(['packages/*/package.json', 'operators/*/package.json'], { cwd: root })]

function writeVersion(version: string): void {
  for (const file of MANIFESTS) writeFileSync(join(root, file), withVersion(readFileSync(join(root, file), 'utf8'), version))
  process.stdout.write(
    `release: ${MANIFESTS.length} manifests have ${version}: run npm install, the generators (npm run check names them) and the tests\n`,
  )
}

/** @returns what is wrong, in words */
function check(): readonly string[] {
  checkedTools(bin)
  const manifests = MANIFESTS.map((file) => JSON.parse(readFileSync(join(root, file), 'utf8')) as Manifest)
  const version = manifests[0]!.version!
  const problems = [...versionProblems(manifests, version)]
  const work = mkdtempSync(join(tmpdir(), 'kubewright-release-'))
  try {
    const packages = join(work, 'packages')
    writePackages(packages)
    for (const name of readdirSync(packages)) {
      const checked = checkPackage(join(packages, name), { bin, out: work })
      process.stdout.write(`release: ${checked.name} ${version}: ${checked.files} files, ${(checked.bytes / 1024).toFixed(0)} KiB\n`)
      problems.push(...checked.problems.map((problem) => `${checked.name}: ${problem}`))
    }
  } finally {
    rmSync(work, { recursive: true })
  }
  return problems
}

const { version } = parseArgs({ options: { version: { type: 'string' } } }).values
try {
  if (version !== undefined) writeVersion(checkedVersion(version))
  else {
    const problems = check()
    for (const problem of problems) process.stderr.write(`release: ${problem}\n`)
    process.stdout.write(problems.length === 0 ? 'release: all packages can be published\n' : `release: ${problems.length} problems\n`)
    if (problems.length > 0) process.exitCode = 1
  }
} catch (error) {
  process.stderr.write(`release: ${error instanceof Error ? error.message : String(error)}\n`)
  process.exitCode = 1
}
