import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'

/** A program at one commit of its public repository. */
export interface Source {
  readonly name: string
  /** `OWNER/NAME` on GitHub. */
  readonly repository: string
  readonly commit: string
}

/**
 * The folder with the sources, built by `build`, in the user's cache; there from the second time on.
 * @throws Error that says what could not be had: the repository, or a tool that builds it
 */
export function builtCheckout({ name, repository, commit }: Source, build: (folder: string) => void): string {
  const cache = join(process.env['XDG_CACHE_HOME'] || join(homedir(), '.cache'), 'kubewright', 'peers')
  const folder = join(cache, `${name}-${commit.slice(0, 12)}`)
  if (existsSync(folder)) return folder
  // Made beside and moved into place: what was interrupted does not look like a program.
  const part = `${folder}.part`
  rmSync(part, { recursive: true, force: true })
  mkdirSync(part, { recursive: true })
  run('git', ['init', '--quiet'], part)
  run('git', ['fetch', '--quiet', '--depth=1', `https://github.com/${repository}`, commit], part)
  run('git', ['checkout', '--quiet', 'FETCH_HEAD'], part)
  build(part)
  renameSync(part, folder)
  return folder
}

/** Runs a tool to its end, its words on standard error. @throws Error when it fails or is not there */
export function run(command: string, args: readonly string[], cwd: string): void {
  const { status, error } = spawnSync(command, args, { cwd, stdio: ['ignore', 2, 'inherit'] })
  if (error) throw new Error(`${command} could not be started: ${error.message}`, { cause: error })
  if (status !== 0) throw new Error(`${command} ${args.join(' ')} failed (its words are above)`)
}
