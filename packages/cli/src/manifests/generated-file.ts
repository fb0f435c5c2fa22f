import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { ConfigurationError, messageOf } from '@kubewright/core'
import { fileProblem } from '../file-problem.ts'

/** A file that follows from definitions, and is never edited by hand. */
export interface GeneratedFile {
  readonly path: string
  readonly text: string
}

/** Writes what is not so already. @returns the paths of what was written @throws ConfigurationError when a file cannot be written */
export async function writeGenerated(files: readonly GeneratedFile[]): Promise<readonly string[]> {
  const stale = await staleOf(files)
  for (const { path, text } of stale) {
    try {
      await mkdir(dirname(path), { recursive: true })
      await writeFile(path, text)
    } catch (error) {
      throw new ConfigurationError(`cannot write ${path}: ${messageOf(error)}; name another place with --out`, { cause: error })
    }
  }
  return stale.map(({ path }) => path)
}

/** @throws ConfigurationError naming each file that is not what it should be, and where it begins to differ. Nothing is written. */
export async function checkGenerated(files: readonly GeneratedFile[]): Promise<void> {
  const stale = await staleOf(files)
  if (stale.length === 0) return
  const told = stale.map(({ path, text, found }) => `${path} is not what the definitions give: ${differenceOf(found, text)}`)
  throw new ConfigurationError([...told, 'run the same command without --check, and commit what it writes'].join('\n'), {
    code: 'KW-OUT-OF-DATE',
  })
}

interface StaleFile extends GeneratedFile {
  readonly found: string | undefined
}

async function staleOf(files: readonly GeneratedFile[]): Promise<readonly StaleFile[]> {
  const looked = await Promise.all(files.map(async (file) => ({ ...file, found: await contentOf(file.path) })))
  return looked.filter(({ text, found }) => text !== found)
}

async function contentOf(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw new ConfigurationError(`cannot read ${path}: ${fileProblem(error)}`, { cause: error })
  }
}

function differenceOf(found: string | undefined, wanted: string): string {
  if (found === undefined) return 'it is not there'
  const [is, should] = [found.split('\n'), wanted.split('\n')]
  const at = should.findIndex((line, index) => line !== is[index])
  const line = at < 0 ? should.length : at
  return `line ${line + 1} is "${(is[line] ?? '').trim()}" and should be "${(should[line] ?? '').trim()}"`
}
