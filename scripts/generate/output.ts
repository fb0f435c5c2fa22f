import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'

/** Generated files by their paths in the repository. */
export type Output = ReadonlyMap<string, string>

/** What a generator was asked to do. */
export interface Invocation {
  /** Unpacked Go modules to read instead of those that `go mod download` brings. */
  readonly folders: readonly string[]
  /** Compare with what is there instead of writing. */
  readonly check: boolean
}

export function parseArguments(args: readonly string[]): Invocation {
  const unknown = args.find((each) => each.startsWith('-') && each !== '--check')
  if (unknown) throw new Error(`unknown flag ${unknown}: the one flag is --check, which compares instead of writing`)
  return { folders: args.filter((each) => each !== '--check'), check: args.includes('--check') }
}

/** Writes the files, or with `check` names those that are not what they should be. */
export function deliver(output: Output, check: boolean): readonly string[] {
  const stale: string[] = []
  for (const [name, text] of output) {
    const path = fileURLToPath(new URL(`../../${name}`, import.meta.url))
    if (existsSync(path) && readFileSync(path, 'utf8') === text) continue
    stale.push(name)
    if (check) continue
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, text)
  }
  return stale
}

/** Runs a generator as a command: exit 1 with the names of stale files under `--check`. */
export function runGenerator(generate: (folders: readonly string[]) => Output): void {
  try {
    const { folders, check } = parseArguments(process.argv.slice(2))
    const changed = deliver(generate(folders), check)
    for (const name of changed) console.log(check ? `${name} is not up to date: run the generator` : `wrote ${name}`)
    if (check && changed.length > 0) process.exitCode = 1
  } catch (error) {
    console.error(error instanceof Error ? error.message : String(error))
    process.exitCode = 1
  }
}
