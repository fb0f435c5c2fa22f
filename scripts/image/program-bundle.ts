import { dirname, join, relative } from 'node:path'
import { build } from 'esbuild'
import { BUILD_OPTIONS } from '../build.mjs'

const root = dirname(dirname(import.meta.dirname))

/** The command as one file. Answers the files that went into it, from the repository's root. */
export async function bundleProgram(outfile: string): Promise<readonly string[]> {
  const { metafile } = await build({
    ...BUILD_OPTIONS,
    absWorkingDir: root,
    entryPoints: [join(root, 'packages', 'cli', 'src', 'main.ts')],
    outfile,
    splitting: false,
    minify: true,
    sourcemap: false,
    metafile: true,
  })
  return Object.keys(metafile.inputs).map((path) => relative(root, join(root, path)))
}
