import { basename, join } from 'node:path'
import { build } from 'esbuild'
import { BUILD_OPTIONS } from '../../scripts/build.mjs'

/** A program of ours in one file, as an image has it. */
export interface Bundle {
  readonly file: string
  prepare(): Promise<void>
}

/** Of the TypeScript program `entry`, written to `folder` under that name by the first `prepare`. */
export function bundled(folder: string, entry: string, name = basename(entry, '.ts')): Bundle {
  const file = join(folder, `${name}.mjs`)
  let built: Promise<unknown> | undefined
  return {
    file,
    async prepare() {
      built ??= build({ ...BUILD_OPTIONS, entryPoints: [entry], outfile: file })
      await built
    },
  }
}
