import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'

/** What was found about a package that is ready to be published. */
export interface PackageCheck {
  readonly name: string
  readonly tarball: string
  readonly files: number
  readonly bytes: number
  /** In the words of the programs that were asked. */
  readonly problems: readonly string[]
}

interface Packed {
  readonly name: string
  readonly filename: string
  readonly entryCount: number
  readonly size: number
}

/** Programs of npm packages that the checks need. */
const LINTERS = ['publint', 'attw'] as const

/** @throws Error when a linter is not installed */
export function checkedTools(bin: string): void {
  const missing = LINTERS.filter((name) => !existsSync(join(bin, name)))
  if (missing.length > 0) throw new Error(`${missing.join(' and ')} not installed in ${bin}: run npm ci`)
}

/** Packs it as `npm publish` would, and asks publint and attw about it. Nothing is sent anywhere. @throws Error when npm cannot pack it */
export function checkPackage(folder: string, { bin, out }: { readonly bin: string; readonly out: string }): PackageCheck {
  const said = run('npm', ['pack', '--json', '--loglevel=error', '--pack-destination', out, folder])
  if (said.code !== 0) throw new Error(`npm cannot pack ${folder}: ${said.text}`)
  const [packed] = JSON.parse(said.text) as readonly Packed[]
  const tarball = join(out, readdirSync(out).find((file) => file === packed!.filename) ?? packed!.filename)
  const asked = [
    run(join(bin, 'publint'), ['run', tarball, '--strict', '--level', 'warning']),
    // Our packages are ES modules, which Node requires too: that older resolutions find nothing is meant.
    run(join(bin, 'attw'), [tarball, '--profile', 'esm-only', '--format', 'ascii', '--no-color', '--no-emoji']),
  ]
  const problems = asked.filter(({ code }) => code !== 0).map(({ text }) => text.trim())
  return { name: packed!.name, tarball, files: packed!.entryCount, bytes: packed!.size, problems }
}

function run(program: string, args: readonly string[]): { readonly code: number | null; readonly text: string } {
  const { status, stdout, stderr, error } = spawnSync(program, args, { encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 })
  if (error) throw error
  return { code: status, text: status === 0 ? stdout : `${stdout}${stderr}` }
}
