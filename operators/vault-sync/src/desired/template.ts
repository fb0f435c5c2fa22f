import { didYouMean } from '../annotations/suggestion.ts'

/** A text with values in it; nothing is evaluated, and nothing else than these filters exists. */
export type TemplatePart =
  | { readonly is: 'text'; readonly text: string }
  | { readonly is: 'value'; readonly secret: string; readonly key: string; readonly filters: readonly FilterName[] }

export type ParsedTemplate =
  | { readonly is: 'template'; readonly parts: readonly TemplatePart[] }
  | { readonly is: 'malformed'; readonly problem: string }

const FILTERS = {
  base64: (text: string) => Buffer.from(text, 'utf8').toString('base64'),
  json: (text: string) => JSON.stringify(text),
  trim: (text: string) => text.trim(),
  urlencode: (text: string) => encodeURIComponent(text),
} as const

export type FilterName = keyof typeof FILTERS

const VALUE = /^\s*([a-z0-9](?:[-a-z0-9.]*[a-z0-9])?)\/([-._a-zA-Z0-9]+)\s*((?:\|\s*[a-z0-9]+\s*)*)$/

/** `{{ SECRET/KEY }}` or `{{ SECRET/KEY | trim | base64 }}`. */
export function parseTemplate(text: string): ParsedTemplate {
  const parts: TemplatePart[] = []
  let at = 0
  for (;;) {
    const open = text.indexOf('{{', at)
    if (open > at || (open === -1 && at < text.length)) parts.push({ is: 'text', text: text.slice(at, open === -1 ? text.length : open) })
    if (open === -1) return { is: 'template', parts }
    const close = text.indexOf('}}', open)
    if (close === -1) return { is: 'malformed', problem: 'a "{{" has no "}}"' }
    const match = VALUE.exec(text.slice(open + 2, close))
    if (match === null) return { is: 'malformed', problem: 'between "{{" and "}}" must be SECRET/KEY, and perhaps filters behind "|"' }
    const [, secret = '', key = '', tail = ''] = match
    const filters = tail
      .split('|')
      .map((name) => name.trim())
      .filter((name) => name !== '')
    const unknown = filters.find((name) => !Object.hasOwn(FILTERS, name))
    if (unknown !== undefined)
      return { is: 'malformed', problem: `there is no filter "${unknown}"${didYouMean(unknown, Object.keys(FILTERS))}` }
    parts.push({ is: 'value', secret, key, filters: filters as FilterName[] })
    at = close + 2
  }
}

/** The Secrets and keys that a template needs. */
export function valuesIn({
  parts,
}: {
  readonly parts: readonly TemplatePart[]
}): readonly { readonly secret: string; readonly key: string }[] {
  return parts.flatMap((part) => (part.is === 'value' ? [{ secret: part.secret, key: part.key }] : []))
}

export function render(parts: readonly TemplatePart[], read: (secret: string, key: string) => string): string {
  return parts
    .map((part) => {
      if (part.is === 'text') return part.text
      return part.filters.reduce((value, name) => FILTERS[name](value), read(part.secret, part.key))
    })
    .join('')
}
