import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { cpSync, existsSync, globSync, mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'

/**
 * The folder of that name in the user's cache, filled by `build`; there from the second time on.
 * @throws Error that says what could not be had: a repository, a registry, or a tool that builds it
 */
export function builtOnce(name: string, build: (folder: string) => void): string {
  const folder = join(process.env['XDG_CACHE_HOME'] || join(homedir(), '.cache'), 'kubewright', 'peers', name)
  if (existsSync(folder)) return folder
  // Made beside and moved into place: what was interrupted does not look like a program.
  const part = `${folder}.part`
  rmSync(part, { recursive: true, force: true })
  mkdirSync(part, { recursive: true })
  build(part)
  renameSync(part, folder)
  return folder
}

/** The same for a program whose sources are here, in `sources`: built anew when they change. `build` gets a copy of them. */
export function builtFrom(sources: string, name: string, build: (folder: string) => void): string {
  const files = globSync('**/*.*', { cwd: sources, exclude: ['node_modules', 'target'] }).sort()
  const digest = createHash('sha256')
  for (const file of files) digest.update(`${file}\n`).update(readFileSync(join(sources, file)))
  return builtOnce(`${name}-${digest.digest('hex').slice(0, 12)}`, (part) => {
    for (const file of files) cpSync(join(sources, file), join(part, file))
    build(part)
  })
}

/** Runs a tool to its end, its words on standard error. @throws Error when it fails or is not there */
export function run(command: string, args: readonly string[], cwd: string): void {
  const { status, error } = spawnSync(command, args, { cwd, stdio: ['ignore', 2, 'inherit'] })
  if (error) throw new Error(`${command} could not be started: ${error.message}`, { cause: error })
  if (status !== 0) throw new Error(`${command} ${args.join(' ')} failed (its words are above)`)
}
