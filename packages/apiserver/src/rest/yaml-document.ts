import type { Document, LineCounter, Pair, YAMLMap } from 'yaml'
import { loadYaml, YAML_DIALECT } from './yaml-dialect.ts'

export interface YamlDocument {
  /** With references resolved. @throws Error when there are so many that it may be an attack */
  value(): unknown
  /** Keys that stand twice in one map, as go-yaml tells of them. */
  readonly duplicates: readonly string[]
}

/** The text is no YAML. */
export class YamlFault extends Error {
  override readonly name = 'YamlFault'
}

/**
 * Reads a text that may be anybody's, in time proportional to it. Two things that the parser does by itself take the square of that: comparing each key
 * of a map with each before it, and going on after an error.
 * @throws YamlFault
 */
export async function readYaml(text: string): Promise<YamlDocument> {
  const yaml = await loadYaml()
  const lines = new yaml.LineCounter()
  const document = yaml.parseDocument(untilError(yaml, text), {
    ...YAML_DIALECT,
    uniqueKeys: false,
    prettyErrors: false,
    lineCounter: lines,
  })
  const [error] = document.errors
  if (error !== undefined) throw new YamlFault(`line ${lines.linePos(error.pos[0]).line}: ${error.message.split('\n')[0]!}`)
  return { value: () => document.toJS({ maxAliasCount: 100 }), duplicates: duplicateKeys(yaml, document, lines) }
}

type Yaml = Awaited<ReturnType<typeof loadYaml>>

/** The text up to the first token that cannot be one, and that one. */
function untilError({ Parser }: Yaml, text: string): string {
  for (const token of new Parser().parse(text)) {
    if (token.type === 'error') return text.slice(0, token.offset + token.source.length)
  }
  return text
}

function duplicateKeys({ visit, isScalar }: Yaml, document: Document, lines: LineCounter): readonly string[] {
  const found: { readonly at: number; readonly key: string }[] = []
  visit(document, {
    Map(_, map: YAMLMap) {
      const seen = new Set<unknown>()
      for (const { key } of map.items as readonly Pair[]) {
        // Merged maps may be several.
        if (!isScalar(key) || key.value === '<<') continue
        if (seen.has(key.value)) found.push({ at: key.range?.[0] ?? 0, key: String(key.value) })
        seen.add(key.value)
      }
    },
  })
  return found.map(({ at, key }) => `line ${lines.linePos(at).line}: key ${JSON.stringify(key)} already set in map`)
}
