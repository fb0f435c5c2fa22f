import { spawn } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { text } from 'node:stream/consumers'

export type Verdict =
  | { readonly is: 'fine' }
  | { readonly is: 'wrong'; readonly output: string }
  /** There is nothing to check with, or nothing that says what to check. */
  | { readonly is: 'unknown'; readonly why: string }

/** Runs the project's own compiler over the project, and writes nothing. @throws the signal's reason, when it aborts */
export async function checkTypes(root: string, signal: AbortSignal): Promise<Verdict> {
  if (!existsSync(join(root, 'tsconfig.json'))) return { is: 'unknown', why: `there is no ${join(root, 'tsconfig.json')}` }
  const compiler = compilerOf(root)
  if (compiler === undefined) return { is: 'unknown', why: `typescript is not installed in ${root}` }
  const child = spawn(process.execPath, [compiler, '--noEmit', '--pretty', 'false', '-p', root], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'pipe'],
    signal,
  })
  const code = new Promise<number>((resolve, reject) => {
    child.once('error', () => (signal.aborted ? reject(signal.reason) : resolve(1)))
    child.once('close', (status) => (signal.aborted ? reject(signal.reason) : resolve(status ?? 1)))
  })
  const [output, errors, status] = await Promise.all([text(child.stdout), text(child.stderr), code])
  return status === 0 ? { is: 'fine' } : { is: 'wrong', output: `${output}${errors}`.trim() }
}

function compilerOf(root: string): string | undefined {
  try {
    const manifest = createRequire(join(root, 'package.json')).resolve('typescript/package.json')
    const { bin } = JSON.parse(readFileSync(manifest, 'utf8')) as { readonly bin?: Readonly<Record<string, string>> }
    return bin?.['tsc'] === undefined ? undefined : join(dirname(manifest), bin['tsc'])
  } catch {
    return undefined
  }
}
