const WORD = /(?:[^\s'"]+|'[^']*'|"[^"]*")+/g
const QUOTED = /'([^']*)'|"([^"]*)"/g

/** The words of a command as a shell splits them; nothing in them is expanded. */
export function wordsOf(line: string): readonly string[] {
  return (line.match(WORD) ?? []).map((word) => word.replace(QUOTED, (_quoted, single?: string, double?: string) => single ?? double ?? ''))
}
