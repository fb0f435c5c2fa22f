// Heap that something needs, measured in a process of its own after full collections.
import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'

/** What a module that is measured so exports as `hold`. */
export interface Held {
  /** Among how many the bytes are divided. */
  readonly items: number
  /** Returns what is to be kept alive. */
  readonly fill: () => unknown
}

/** Heap bytes per item of what the module's `hold(argument)` fills. */
export async function runMeasured(module: string, argument: string): Promise<number> {
  const { stdout } = await promisify(execFile)(process.execPath, [
    '--expose-gc',
    join(import.meta.dirname, 'heap-program.ts'),
    module,
    argument,
  ])
  const bytes = Number(stdout)
  if (!Number.isFinite(bytes)) throw new Error(`${module} ${argument} said: ${stdout}`)
  return bytes
}
