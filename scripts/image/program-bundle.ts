import { basename, dirname, join, relative } from 'node:path'
import { build } from 'esbuild'
import { BUILD_OPTIONS } from '../build.mjs'

const root = dirname(dirname(import.meta.dirname))

export interface ProgramBundle {
  /** By name, all in one folder; {@link PROGRAM} is where it starts. */
  readonly files: ReadonlyMap<string, Uint8Array>
  /** What went into them, from the repository's root. */
  readonly inputs: readonly string[]
}

export const PROGRAM = 'kubewright.mjs'

/** The command as the image has it. In parts, of which a process loads those that it runs: as one file it took 40 MB more, of source text and what V8 makes of it. */
export async function bundleProgram(): Promise<ProgramBundle> {
  const { outputFiles, metafile } = await build({
    ...BUILD_OPTIONS,
    absWorkingDir: root,
    entryPoints: { [basename(PROGRAM, '.mjs')]: join(root, 'packages', 'cli', 'src', 'main.ts') },
    outExtension: { '.js': '.mjs' },
    outdir: join(root, 'dist', 'image', 'program'),
    write: false,
    splitting: true,
    minify: true,
    sourcemap: false,
    metafile: true,
  })
  return {
    files: new Map(outputFiles.map(({ path, contents }) => [basename(path), contents] as const).sort(([a], [b]) => (a < b ? -1 : 1))),
    inputs: Object.keys(metafile.inputs).map((path) => relative(root, join(root, path))),
  }
}
