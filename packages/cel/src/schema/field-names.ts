const RESERVED = new Set(
  'true false null in as break const continue else for function if import let loop package namespace return var void while'.split(' '),
)
const ESCAPES: Readonly<Record<string, string>> = { __: '__underscores__', '.': '__dot__', '-': '__dash__', '/': '__slash__' }

/** How an expression spells a field: `a-b` is `a__dash__b`. `undefined` for a name that cannot be spelled. */
export function escapeFieldName(name: string): string | undefined {
  if (!/^[A-Za-z_./-][A-Za-z0-9_./-]*$/.test(name)) return undefined
  return RESERVED.has(name) ? `__${name}__` : name.replace(/__|[-./]/g, (part) => ESCAPES[part]!)
}
