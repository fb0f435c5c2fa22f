import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

/** Something that a user imports. */
interface ExportedName {
  readonly name: string
  /** The file that declares it. */
  readonly file: string
  /** The comment before it; empty when there is none. */
  readonly comment: string
}

/** What a module exports, with what is written at its declaration. `packagesAt`: the folder of the packages, which import each other by name. */
export function exportedNames(file: string, packagesAt: string): readonly ExportedName[] {
  const text = readFileSync(file, 'utf8')
  const own = [...text.matchAll(DECLARATION)].map((match) => ({ name: match[2]!, file, comment: commentBefore(text, match.index) }))
  const listed = [...text.matchAll(LIST)].flatMap(([, names = '', from = '']) => {
    const source = moduleOf(from, file, packagesAt)
    if (source === undefined) return []
    const all = exportedNames(source, packagesAt)
    return names
      .split(',')
      .map((each) => each.trim().replace(/^type /, ''))
      .filter((each) => each !== '')
      .map((each) => {
        const [inside = '', outside = inside] = each.split(' as ')
        return { file: source, comment: '', ...all.find(({ name }) => name === inside), name: outside }
      })
  })
  const starred = [...text.matchAll(STAR)].flatMap(([, from = '']) => {
    const source = moduleOf(from, file, packagesAt)
    return source === undefined ? [] : exportedNames(source, packagesAt)
  })
  // A type and a value may have one name: an editor shows what is said of either.
  const byName = Map.groupBy([...own, ...listed, ...starred], ({ name }) => name)
  return [...byName.values()].map((all) => all.find(({ comment }) => comment !== '') ?? all[0]!)
}

const DECLARATION = /^export (?:declare )?(?:abstract )?(?:async )?(function\*?|const|class|interface|type) (\w+)/gm
const LIST = /^export (?:type )?\{([^}]*)\} from '([^']+)'/gm
const STAR = /^export (?:type )?\* from '([^']+)'/gm

/** `undefined` for a package of somebody else. */
function moduleOf(from: string, importer: string, packagesAt: string): string | undefined {
  if (from.startsWith('.')) return join(dirname(importer), from)
  const [, name = '', part = ''] = /^@kubewright\/(\w+)(?:\/(\w+))?$/.exec(from) ?? []
  const file = join(packagesAt, name, 'src', part, 'index.ts')
  return name !== '' && existsSync(file) ? file : undefined
}

function commentBefore(text: string, at: number): string {
  // What is said to the linter may stand between.
  const [, comment = ''] = /(\/\*\*(?:(?!\*\/)[\s\S])*\*\/)\n(?:\/\/ biome-ignore .*\n)?$/.exec(text.slice(0, at)) ?? []
  return comment
}
