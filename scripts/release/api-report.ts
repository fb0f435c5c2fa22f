// What a package promises: each exported name of an entry point with its declaration, in one order. A change of it is a change of the report, which
// is looked at as the code is.
import { dirname, join } from 'node:path/posix'
import { type DeclarationFile, type Exported, parseDeclarations } from './declaration-file.ts'

/** The text of a declaration file, by its path in the package. @throws Error when there is none */
export type ReadFile = (path: string) => string

/** Kinds of Kubernetes, made from its own sources: their names are ours, their fields are not. */
const GENERATED = '/generated/'

/** A line or block for each exported name, sorted by it; what is passed on whole from another package comes first. */
export function apiOf(entry: string, read: ReadFile): readonly string[] {
  const files = new Map<string, DeclarationFile>()
  const parsed = (path: string) => {
    const file = files.get(path) ?? parseDeclarations(read(path))
    files.set(path, file)
    return file
  }
  const { passedOn, names } = new Walk(parsed).from(entry)
  const own = [...names].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, text]) => text)
  return [...[...passedOn].sort(), ...own]
}

class Walk {
  readonly #parsed: (path: string) => DeclarationFile
  readonly passedOn = new Set<string>()
  readonly names = new Map<string, string>()
  readonly #seen = new Set<string>()

  constructor(parsed: (path: string) => DeclarationFile) {
    this.#parsed = parsed
  }

  from(path: string): this {
    if (this.#seen.has(path)) return this
    this.#seen.add(path)
    for (const each of this.#parsed(path).exported) this.#take(each, path)
    return this
  }

  #take(each: Exported, path: string): void {
    if (each.is === 'declaration') this.names.set(each.name, path.includes(GENERATED) ? shortened(each.name, each.text) : each.text)
    else if (each.is === 'named') this.names.set(each.name, this.#named(each, path))
    else if (!isOwn(each.from) || each.as !== undefined)
      this.passedOn.add(`export *${each.as === undefined ? '' : ` as ${each.as}`} from '${each.from}';`)
    else this.from(fileOf(each.from, path))
  }

  /** The declaration, wherever it is; of another package, that it is from there. */
  #named({ local, name, from }: Extract<Exported, { is: 'named' }>, path: string): string {
    const renamed = local === name ? name : `${local} as ${name}`
    if (from !== undefined && !isOwn(from)) return `export { ${renamed} } from '${from}';`
    const file = from === undefined ? path : fileOf(from, path)
    const text = this.#find(local, file, new Set())
    if (text === undefined) return `export { ${renamed} };`
    return local === name ? text : `${text}\nexport { ${renamed} };`
  }

  #find(name: string, path: string, seen: Set<string>): string | undefined {
    if (seen.has(path)) return undefined
    seen.add(path)
    const { declared, exported } = this.#parsed(path)
    if (declared.has(name)) return path.includes(GENERATED) ? shortened(name, declared.get(name)!) : declared.get(name)
    for (const each of exported) {
      if (each.is === 'named' && each.name === name) return this.#named({ ...each, name: each.local }, path)
      if (each.is !== 'all' || each.as !== undefined || !isOwn(each.from)) continue
      const text = this.#find(name, fileOf(each.from, path), seen)
      if (text !== undefined) return text
    }
    return undefined
  }
}

const isOwn = (from: string) => from.startsWith('.')
const fileOf = (from: string, path: string) => join(dirname(path), from.replace(/(\.d)?\.[jt]s$/, '.d.ts'))
const shortened = (name: string, text: string) => `${/\b(interface|class|type|function|const)\b/.exec(text)?.[1] ?? 'const'} ${name};`
