// Declaration files as the compiler writes them: what they export, and from where. Not TypeScript as people write it: each statement ends with a
// semicolon or its block, and nothing has a body.

/** One statement at the top of a declaration file. */
export type Exported =
  /** `text`: without comments. */
  | { readonly is: 'declaration'; readonly name: string; readonly text: string }
  /** `export { local as name }`, with `from` or of this file. */
  | { readonly is: 'named'; readonly local: string; readonly name: string; readonly from: string | undefined }
  /** `export * from`; `as`: `export * as name from`. */
  | { readonly is: 'all'; readonly from: string; readonly as: string | undefined }

export interface DeclarationFile {
  readonly exported: readonly Exported[]
  /** What is declared here, exported or not, by its name; overloads one after the other. */
  readonly declared: ReadonlyMap<string, string>
}

const DECLARATION =
  /^(?:export )?(?:default )?(?:declare )?(?:abstract )?(?:interface|class|type|function|const|let|var|namespace|enum) ([\w$]+)/
const IN_BLOCK = /^(?:export )?(?:default )?(?:declare )?(?:abstract )?(?:interface|class|namespace|enum) /
const ALL = /^export (?:type )?\*(?: as ([\w$]+))? from ['"]([^'"]+)['"]/
const NAMED = /^export (?:type )?\{([^}]*)\}(?: from ['"]([^'"]+)['"])?/

export function parseDeclarations(source: string): DeclarationFile {
  const declared = new Map<string, string>()
  const exported: Exported[] = []
  for (const statement of statementsOf(withoutComments(source))) {
    const [, as, from] = ALL.exec(statement) ?? []
    if (from !== undefined) {
      exported.push({ is: 'all', from, as })
      continue
    }
    const named = NAMED.exec(statement)
    if (named !== null) {
      exported.push(...namesOf(named[1]!, named[2]))
      continue
    }
    const name = DECLARATION.exec(statement)?.[1]
    if (name === undefined) continue
    const text = [...(declared.has(name) ? [declared.get(name)!] : []), statement.replace(/^export /, '')].join('\n')
    declared.set(name, text)
    if (statement.startsWith('export ')) exported.push({ is: 'declaration', name, text })
  }
  return { exported, declared }
}

function namesOf(list: string, from: string | undefined): readonly Exported[] {
  return list
    .split(',')
    .map((each) => each.trim().replace(/^type /, ''))
    .filter((each) => each !== '')
    .map((each) => {
      const [local, name] = each.split(' as ') as [string, string?]
      return { is: 'named', local, name: name ?? local, from }
    })
}

/** Quotes are looked at, for a text may hold what begins a comment. */
function withoutComments(source: string): string {
  return source
    .replace(/'(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*"|`(?:[^`\\]|\\.)*`|\/\*[\s\S]*?\*\/|\/\/[^\n]*/g, (part) =>
      part.startsWith('/') ? '' : part,
    )
    .replace(/[ \t]+$/gm, '')
    .replace(/\n{2,}/g, '\n')
}

function statementsOf(source: string): readonly string[] {
  const statements: string[] = []
  let [begin, depth] = [0, 0]
  let quote: string | undefined
  for (let at = 0; at < source.length; at++) {
    const sign = source[at]!
    if (quote !== undefined) {
      if (sign === '\\') at++
      else if (sign === quote) quote = undefined
      continue
    }
    if ('\'"`'.includes(sign)) quote = sign
    if ('({['.includes(sign)) depth++
    if (')}]'.includes(sign)) depth--
    if (depth > 0) continue
    const text = source.slice(begin, at + 1).trim()
    if (sign !== ';' && !(sign === '}' && IN_BLOCK.test(text))) continue
    if (text !== ';') statements.push(text)
    begin = at + 1
  }
  return statements
}
