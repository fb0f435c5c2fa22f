/**
 * Paths of keys that stand twice in one object of a JSON text, as the real server names them: `metadata.name`, `spec.ports[0].port`.
 * `JSON.parse` keeps the last of them without a word, and the author means one of the two. The text must be valid JSON.
 */
export function duplicateFields(text: string): readonly string[] {
  const duplicates = new Set<string>()
  scan(text, (path, isRepeated) => isRepeated && duplicates.add(path))
  return [...duplicates]
}

/** What is wrong with the keys of a JSON text, in the order in which the text has them, as the real server tells it of its own kinds. */
export function keyProblems(text: string, unknown: readonly string[]): readonly string[] {
  const unmet = new Set(unknown)
  const problems = new Set<string>()
  scan(text, (path, isRepeated) => {
    if (isRepeated) problems.add(`duplicate field ${JSON.stringify(path)}`)
    if (unmet.delete(path)) problems.add(`unknown field ${JSON.stringify(path)}`)
  })
  for (const path of unmet) problems.add(`unknown field ${JSON.stringify(path)}`)
  return [...problems]
}

/** `visit` gets the path of every key, and whether its object has had that key before. */
function scan(text: string, visit: Visit): void {
  new Scanner(text, visit).value('')
}

type Visit = (path: string, isRepeated: boolean) => void

const QUOTE = 0x22
const BACKSLASH = 0x5c

class Scanner {
  private readonly text: string
  private readonly visit: Visit
  private at = 0

  constructor(text: string, visit: Visit) {
    this.text = text
    this.visit = visit
  }

  value(path: string): void {
    this.space()
    switch (this.text[this.at]) {
      case '{':
        this.object(path)
        return
      case '[':
        this.list(path)
        return
      case '"':
        this.string()
        return
      default:
        while (this.at < this.text.length && !',]} \t\r\n'.includes(this.text[this.at]!)) this.at++
    }
  }

  private object(path: string): void {
    const seen = new Set<string>()
    this.at++
    for (this.space(); this.text[this.at] !== '}' && this.at < this.text.length; this.space()) {
      const key = this.string()
      const child = path === '' ? key : `${path}.${key}`
      this.visit(child, seen.has(key))
      seen.add(key)
      this.space()
      this.at++
      this.value(child)
      this.space()
      if (this.text[this.at] === ',') this.at++
    }
    this.at++
  }

  private list(path: string): void {
    this.at++
    this.space()
    for (let index = 0; this.text[this.at] !== ']' && this.at < this.text.length; index++) {
      this.value(`${path}[${index}]`)
      this.space()
      if (this.text[this.at] === ',') this.at++
      this.space()
    }
    this.at++
  }

  private string(): string {
    const start = this.at++
    let isEscaped = false
    for (let code = this.text.charCodeAt(this.at); code !== QUOTE && this.at < this.text.length; code = this.text.charCodeAt(this.at)) {
      if (code === BACKSLASH) {
        isEscaped = true
        this.at++
      }
      this.at++
    }
    this.at++
    const raw = this.text.slice(start, this.at)
    return isEscaped ? (JSON.parse(raw) as string) : raw.slice(1, -1)
  }

  private space(): void {
    while (' \t\r\n'.includes(this.text[this.at] ?? 'x')) this.at++
  }
}
