export type Capability = 'create' | 'read' | 'update' | 'delete' | 'list' | 'patch' | 'sudo' | 'deny'

export interface PolicyRule {
  /** As written: may end in `*`, and have `+` for a whole segment. */
  readonly path: string
  readonly capabilities: readonly Capability[]
}

const CAPABILITIES: ReadonlySet<string> = new Set(['create', 'read', 'update', 'delete', 'list', 'patch', 'sudo', 'deny'])

/**
 * Reads a policy, in HCL or JSON. Only `path "…" { capabilities = […] }` is understood: what limits parameters would be enforced wrongly if it were ignored.
 * @throws Error with a sentence
 */
export function parsePolicy(text: string): PolicyRule[] {
  return text.trimStart().startsWith('{') ? parseJson(text) : parseHcl(text)
}

const TOKEN = /\s+|#[^\n]*|\/\/[^\n]*|\/\*[\s\S]*?\*\/|"((?:[^"\\]|\\.)*)"|[A-Za-z_][\w-]*|[{}[\]=,]/y

function parseHcl(text: string): PolicyRule[] {
  const tokens = tokenize(text)
  const rules: PolicyRule[] = []
  let at = 0
  const take = (wanted?: string): string => {
    const token = tokens[at++]
    if (token === undefined || (wanted !== undefined && token !== wanted))
      throw new Error(`policy: ${wanted ?? 'more'} was expected at "${token ?? 'its end'}"`)
    return token
  }
  while (at < tokens.length) {
    take('path')
    const path = quoted(take())
    take('{')
    let capabilities: Capability[] | undefined
    while (tokens[at] !== '}') {
      const name = take()
      if (name !== 'capabilities') throw new Error(`policy: "${name}" of path "${path}" is not supported here; only capabilities are`)
      take('=')
      take('[')
      capabilities = []
      while (tokens[at] !== ']') {
        capabilities.push(capability(quoted(take()), path))
        if (tokens[at] === ',') at++
      }
      take(']')
    }
    take('}')
    rules.push({ path: path.replace(/^\//, ''), capabilities: capabilities ?? [] })
  }
  return rules
}

function tokenize(text: string): string[] {
  const tokens: string[] = []
  TOKEN.lastIndex = 0
  while (TOKEN.lastIndex < text.length) {
    const start = TOKEN.lastIndex
    const match = TOKEN.exec(text)
    if (match === null) throw new Error(`policy: cannot be read at ${JSON.stringify(text.slice(start, start + 20))}`)
    if (!/^(?:\s|#|\/)/.test(match[0])) tokens.push(match[0])
  }
  return tokens
}

function quoted(token: string): string {
  if (!token.startsWith('"')) throw new Error(`policy: a quoted text was expected at "${token}"`)
  return JSON.parse(token) as string
}

function parseJson(text: string): PolicyRule[] {
  const document = JSON.parse(text) as { readonly path?: Readonly<Record<string, { readonly capabilities?: readonly string[] }>> }
  return Object.entries(document.path ?? {}).map(([path, { capabilities = [] }]) => ({
    path: path.replace(/^\//, ''),
    capabilities: capabilities.map((name) => capability(name, path)),
  }))
}

function capability(name: string, path: string): Capability {
  if (!CAPABILITIES.has(name)) throw new Error(`policy: path "${path}": invalid capability "${name}"`)
  return name as Capability
}
