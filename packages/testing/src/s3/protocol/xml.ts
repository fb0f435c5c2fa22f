// XML as the AWS protocols use it: elements, text, a few attributes. No DTD, no processing instructions but the declaration.

export interface Element {
  /** Without its prefix. */
  readonly name: string
  readonly text: string
  readonly children: readonly Element[]
  readonly attributes?: Readonly<Record<string, string>>
}

export type Content = Element | undefined | readonly Content[]

/** An element of elements; what is undefined is left out. */
export function element(name: string, ...content: readonly Content[]): Element {
  return { name, text: '', children: content.flatMap(elementsOf) }
}

function elementsOf(part: Content): readonly Element[] {
  if (part === undefined) return []
  return 'name' in part ? [part] : part.flatMap(elementsOf)
}

export function leaf(name: string, value: string | number | boolean): Element {
  return { name, text: String(value), children: [] }
}

/** A leaf when there is a value. */
export function optional(name: string, value: string | number | boolean | undefined): Element | undefined {
  return value === undefined ? undefined : leaf(name, value)
}

export const child = (parent: Element, name: string): Element | undefined => parent.children.find((each) => each.name === name)
export const childrenOf = (parent: Element, name: string): readonly Element[] => parent.children.filter((each) => each.name === name)
export const textOf = (parent: Element, name: string): string | undefined => child(parent, name)?.text

export function writeXml(root: Element, namespace?: string): string {
  return `<?xml version="1.0" encoding="UTF-8"?>\n${written(root, namespace === undefined ? '' : ` xmlns="${namespace}"`)}`
}

function written({ name, text, children, attributes = {} }: Element, extra = ''): string {
  const all = Object.entries(attributes).map(([key, value]) => ` ${key}="${escaped(value)}"`)
  const content = children.length > 0 ? children.map((each) => written(each)).join('') : escaped(text)
  return content === '' ? `<${name}${extra}${all.join('')}/>` : `<${name}${extra}${all.join('')}>${content}</${name}>`
}

/** Characters that XML 1.0 cannot hold are sent as references all the same, as S3 does; a client that wants them asks for `encoding-type=url`. */
function escaped(text: string): string {
  return text.replace(
    /[&<>"\u0000-\u001f\u007f\ufffe\uffff]/g,
    (found) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' })[found] ?? `&#x${found.charCodeAt(0).toString(16)};`,
  )
}

/** @throws SyntaxError */
export function parseXml(source: string): Element {
  const reader = new Reader(source.replace(/^\ufeff/, ''))
  reader.prolog()
  const root = reader.element()
  reader.prolog()
  if (!reader.atEnd) throw new SyntaxError('text after the root element')
  return root
}

const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" }

function unescaped(text: string): string {
  return text.replace(/&(#x[0-9a-fA-F]+|#\d+|\w+);?/g, (whole, name: string) => {
    if (name.startsWith('#')) return String.fromCodePoint(Number(name.startsWith('#x') ? `0${name.slice(1)}` : name.slice(1)))
    const known = whole.endsWith(';') ? ENTITIES[name] : undefined
    if (known === undefined) throw new SyntaxError(`unknown entity ${whole}`)
    return known
  })
}

class Reader {
  readonly #source: string
  #at = 0

  constructor(source: string) {
    this.#source = source
  }

  get atEnd(): boolean {
    return this.#at >= this.#source.length
  }

  /** Blanks, comments and the declaration. */
  prolog(): void {
    while (this.#take(/\s+|<\?xml[^>]*\?>|<!--[\s\S]*?-->/y) !== undefined);
  }

  element(): Element {
    const open = this.#take(/<((?:[\w.-]+:)?[\w.-]+)((?:\s+[\w.:-]+\s*=\s*(?:"[^"<]*"|'[^'<]*'))*)\s*(\/?)>/y)
    if (open === undefined) throw new SyntaxError(`no element at position ${this.#at}`)
    const [, tag = '', list = '', closed] = open
    const attributes = Object.fromEntries(
      [...list.matchAll(/([\w.:-]+)\s*=\s*(?:"([^"]*)"|'([^']*)')/g)].map(([, key = '', double, single]) => [
        key,
        unescaped(double ?? single ?? ''),
      ]),
    )
    const name = tag.slice(tag.indexOf(':') + 1)
    const { xmlns: _, ...kept } = attributes
    const rest = Object.keys(kept).length > 0 ? { attributes: kept } : {}
    if (closed === '/') return { name, text: '', children: [], ...rest }
    const children: Element[] = []
    let text = ''
    for (;;) {
      const piece = this.#take(/[^<]+/y)
      if (piece !== undefined) text += unescaped(piece[0])
      const raw = this.#take(/<!\[CDATA\[([\s\S]*?)\]\]>/y)
      if (raw !== undefined) text += raw[1] ?? ''
      else if (this.#take(/<!--[\s\S]*?-->/y) !== undefined) continue
      else {
        const end = this.#take(/<\/((?:[\w.-]+:)?[\w.-]+)\s*>/y)
        if (end !== undefined) {
          if (end[1] !== tag) throw new SyntaxError(`<${tag}> is closed by </${end[1]}>`)
          return { name, text: children.length > 0 ? '' : text, children, ...rest }
        }
        children.push(this.element())
      }
    }
  }

  #take(pattern: RegExp): RegExpExecArray | undefined {
    pattern.lastIndex = this.#at
    const found = pattern.exec(this.#source)
    if (found === null) return undefined
    this.#at = pattern.lastIndex
    return found
  }
}
