/** Words of CEL's own. The API server offers fields of these names as `__NAME__`. */
const RESERVED = new Set(
  'true false null in as break const continue else for function if import let loop package namespace return var void while'.split(' '),
)

/** How a rule names a field: `self.NAME`. `undefined` when CEL has no name for it. */
export function celNameOf(field: string): string | undefined {
  if (RESERVED.has(field)) return `__${field}__`
  const escaped = field
    .replaceAll('__', '__underscores__')
    .replaceAll('.', '__dot__')
    .replaceAll('-', '__dash__')
    .replaceAll('/', '__slash__')
  return /^[A-Za-z_][A-Za-z0-9_]*$/.test(escaped) ? escaped : undefined
}

/** A value as a literal of CEL. */
export function celLiteral(value: string | number | boolean): string {
  return typeof value === 'string' ? `'${value.replaceAll('\\', '\\\\').replaceAll("'", "\\'").replaceAll('\n', '\\n')}'` : String(value)
}
