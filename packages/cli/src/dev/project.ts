import { existsSync, readFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { UsageError } from '../usage-error.ts'

export interface Project {
  /** The program's first module. */
  readonly file: string
  /** The folder of its package.json: what is watched and type-checked. */
  readonly root: string
}

/** Where programs begin when nobody says: what package.json says, else the place where `kubewright init` puts it. */
const USUAL = 'src/main.ts'

/** @throws UsageError when there is no such file */
export function projectOf(given: string | undefined, folder: string): Project {
  const file = resolve(folder, given ?? mainOf(join(folder, 'package.json')) ?? USUAL)
  if (!existsSync(file))
    throw new UsageError(
      given === undefined
        ? `there is no ${file}: name the program’s file, or make an operator with kubewright init`
        : `there is no ${file}: name the program’s file`,
    )
  let root = dirname(file)
  while (!existsSync(join(root, 'package.json'))) {
    if (dirname(root) === root) return { file, root: dirname(file) }
    root = dirname(root)
  }
  return { file, root }
}

function mainOf(manifest: string): string | undefined {
  if (!existsSync(manifest)) return undefined
  const { main } = JSON.parse(readFileSync(manifest, 'utf8')) as { readonly main?: unknown }
  return typeof main === 'string' ? main : undefined
}
