import { CelEvaluationError } from '../errors.ts'
import { URL_TYPE } from '../types/signature.ts'
import { quoted } from '../values/text.ts'
import { ArrayList, type CelValue, EntryMap, keyText, LibraryValue } from '../values/value.ts'
import { type Overload, overload } from './overload.ts'

interface Parts {
  readonly scheme: string
  readonly host: string
  readonly path: string
  readonly query: string
  readonly rest: string
}

class UrlValue extends LibraryValue {
  readonly type = URL_TYPE
  readonly parts: Parts
  constructor(parts: Parts) {
    super()
    this.parts = parts
  }
  equals(other: LibraryValue): boolean {
    return other instanceof UrlValue && Object.entries(this.parts).every(([part, text]) => other.parts[part as keyof Parts] === text)
  }
}

/** Absolute URIs and absolute paths, read as Go reads them. */
export function urlLibrary(): Overload[] {
  return [
    overload('url(string): url', read),
    overload('isURL(string): bool', (text: string) => requestUriProblem(text) === undefined),
    overload('url.getScheme(): string', ({ parts }: UrlValue) => parts.scheme),
    overload('url.getHost(): string', ({ parts }: UrlValue) => decode(parts.host)),
    overload('url.getHostname(): string', ({ parts }: UrlValue) => decode(parts.host.replace(/:\d*$/, '').replace(/^\[(.*)\]$/, '$1'))),
    overload('url.getPort(): string', ({ parts }: UrlValue) => /:(\d*)$/.exec(parts.host)?.[1] ?? ''),
    overload('url.getEscapedPath(): string', ({ parts }: UrlValue) => escapePath(parts.path)),
    overload('url.getQuery(): map(string, list(string))', ({ parts }: UrlValue) => queryMap(parts.query)),
  ]
}

/** Why Go's `url.ParseRequestURI` refuses the text, in its words. */
export function requestUriProblem(text: string): string | undefined {
  const parts = parse(text)
  return typeof parts === 'string' ? `parse ${quoted(text)}: ${parts}` : undefined
}

function parse(text: string): Parts | string {
  if (text === '') return 'empty url'
  if (text === '*') return { scheme: '', host: '', path: '*', query: '', rest: '' }
  if (/[\x00-\x1f\x7f]/.test(text)) return 'net/url: invalid control character in URL'
  if (text.startsWith(':')) return 'missing protocol scheme'
  const [, scheme = '', afterScheme = ''] = /^(?:([A-Za-z][A-Za-z0-9+.-]*):)?(.*)$/s.exec(text)!
  const [, hierarchy = '', query = '', fragment = ''] = /^([^?#]*)(?:\?([^#]*))?(?:#(.*))?$/s.exec(afterScheme)!
  if (!hierarchy.startsWith('/')) {
    if (scheme === '')
      return /^[^/]*:/.test(hierarchy) && !/^[A-Za-z]/.test(hierarchy)
        ? 'first path segment in URL cannot contain colon'
        : 'invalid URI for request'
    return { scheme: scheme.toLowerCase(), host: '', path: '', query, rest: `${hierarchy}#${fragment}` }
  }
  const hasAuthority = hierarchy.startsWith('//') && (scheme !== '' || !hierarchy.startsWith('///'))
  const [, authority = '', path = ''] = hasAuthority ? /^\/\/([^/]*)(.*)$/s.exec(hierarchy)! : ['', '', hierarchy]
  const host = authority.slice(authority.lastIndexOf('@') + 1)
  const problem = hostProblem(host) ?? escapeProblem(path)
  if (problem !== undefined) return problem
  return { scheme: scheme.toLowerCase(), host, path, query, rest: `${authority}#${fragment}` }
}

function hostProblem(host: string): string | undefined {
  if (host.startsWith('[') && !host.includes(']')) return "missing ']' in host"
  const [, name = '', port] = /^(\[.*\]|[^:]*)(:.*)?$/s.exec(host) ?? [host, host]
  if (port !== undefined && !/^:\d*$/.test(port)) return `invalid port ${quoted(port)} after host`
  const bad = /[ <>"\\^`{}|]/.exec(name)
  return bad === null ? escapeProblem(name) : `invalid character ${quoted(bad[0])} in host name`
}

function escapeProblem(text: string): string | undefined {
  const bad = /%(?![0-9A-Fa-f]{2}).{0,2}/s.exec(text)
  return bad === null ? undefined : `invalid URL escape ${quoted(bad[0])}`
}

function read(text: string): CelValue {
  const parts = parse(text)
  if (typeof parts === 'string')
    throw new CelEvaluationError(`URL parse error during conversion from string: parse ${quoted(text)}: ${parts}`)
  return new UrlValue(parts)
}

function decode(text: string): string {
  const bytes = Buffer.from(
    text.replace(/%([0-9A-Fa-f]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16))),
    'latin1',
  )
  return /%[0-9A-Fa-f]{2}/.test(text) ? bytes.toString('utf8') : text
}

/** Escapes that the text has are kept; what must be escaped and is not is. */
function escapePath(path: string): string {
  return path.replace(/[^A-Za-z0-9\-_.~$&+,/:;=@!'()*%[\]]/gu, (char) => encodeURIComponent(char))
}

function queryMap(query: string): EntryMap {
  const values = new Map<string, string[]>()
  for (const pair of query.split('&')) {
    // Go drops a pair with a semicolon, and one whose escapes are broken.
    if (pair === '' || pair.includes(';') || escapeProblem(pair) !== undefined) continue
    const at = pair.indexOf('=')
    const [key, value] = (at < 0 ? [pair, ''] : [pair.slice(0, at), pair.slice(at + 1)]).map((part) =>
      decode(part.replaceAll('+', ' ')),
    ) as [string, string]
    values.set(key, [...(values.get(key) ?? []), value])
  }
  return new EntryMap(new Map(Array.from(values, ([key, list]) => [keyText(key)!, [key, new ArrayList(list)] as const])))
}
