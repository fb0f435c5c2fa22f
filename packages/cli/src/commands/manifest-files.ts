import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { parseAllDocuments } from 'yaml'
import { fileProblem } from '../file-problem.ts'
import { UsageError } from '../usage-error.ts'

/** One document of a file, as it was read: nothing is known of it yet. */
export interface ManifestDocument {
  /** The file, and which document of it when there are several. */
  readonly origin: string
  readonly value: unknown
}

/** Every document of files and folders (YAML and JSON, `-` for standard input); a List counts as what is in it. @throws UsageError naming the file */
export async function readManifests(paths: readonly string[]): Promise<readonly ManifestDocument[]> {
  const all: ManifestDocument[] = []
  for (const path of paths.flatMap(filesOf)) all.push(...documentsOf(path, path === '-' ? await text(process.stdin) : contentOf(path)))
  return all
}

function filesOf(path: string): readonly string[] {
  if (path === '-') return [path]
  try {
    if (!statSync(path).isDirectory()) return [path]
    const files = readdirSync(path, { recursive: true, encoding: 'utf8' })
    return files
      .filter((file) => /\.(ya?ml|json)$/.test(file))
      .sort()
      .map((file) => join(path, file))
  } catch (error) {
    throw new UsageError(`cannot read ${path}: ${fileProblem(error)}`, { cause: error })
  }
}

function contentOf(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    throw new UsageError(`cannot read ${path}: ${fileProblem(error)}`, { cause: error })
  }
}

function documentsOf(path: string, content: string): readonly ManifestDocument[] {
  return parseDocuments(path === '-' ? 'standard input' : path, content)
}

/** The documents of a text; `undefined` when it is no YAML. */
export function documentsIn(origin: string, content: string): readonly ManifestDocument[] | undefined {
  const documents = parseAllDocuments(content)
  if ('empty' in documents || documents.some(({ errors }) => errors.length > 0)) return undefined
  return parseDocuments(origin, content)
}

function parseDocuments(origin: string, content: string): readonly ManifestDocument[] {
  const documents = parseAllDocuments(content)
  if ('empty' in documents) return []
  return documents.flatMap((document, index) => {
    const where = documents.length > 1 ? `${origin}, document ${index + 1}` : origin
    const [broken] = document.errors
    if (broken !== undefined) throw new UsageError(`${where} is no YAML: ${broken.message.split('\n')[0]}`)
    const value: unknown = document.toJSON()
    if (value === null || value === undefined) return []
    return isList(value) ? value.items.map((item) => ({ origin: where, value: item })) : [{ origin: where, value }]
  })
}

function isList(value: unknown): value is { readonly items: readonly unknown[] } {
  const { kind, items } = value as { readonly kind?: unknown; readonly items?: unknown }
  return typeof kind === 'string' && kind.endsWith('List') && Array.isArray(items)
}
