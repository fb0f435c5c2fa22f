import { child, childrenOf, type Element, element, leaf, textOf } from '../protocol/xml.ts'

export const unchanged = (configuration: Element): Element => configuration

export function each(parent: Element, name: string, change: (part: Element) => Element): Element {
  return { ...parent, children: parent.children.map((part) => (part.name === name ? change(part) : part)) }
}

/** Elements of one name follow one another in order of their text, as they do when a server keeps them in a set. */
export function sorted(parent: Element, names: readonly string[]): Element {
  const moved = names.flatMap((name) => childrenOf(parent, name).toSorted((a, b) => (a.text < b.text ? -1 : 1)))
  return { ...parent, children: [...parent.children.filter(({ name }) => !names.includes(name)), ...moved] }
}

export const sortedCors = (configuration: Element) =>
  each(configuration, 'CORSRule', (rule) => sorted(rule, ['AllowedMethod', 'AllowedOrigin', 'AllowedHeader']))

export const corsWithMaxAge = (configuration: Element) =>
  each(configuration, 'CORSRule', (rule) =>
    child(rule, 'MaxAgeSeconds') ? rule : { ...rule, children: [...rule.children, leaf('MaxAgeSeconds', 0)] },
  )

export const withIds = (configuration: Element, newId: () => string) =>
  each(configuration, 'Rule', (rule) =>
    (textOf(rule, 'ID') ?? '') !== ''
      ? rule
      : { ...rule, children: [leaf('ID', newId()), ...rule.children.filter(({ name }) => name !== 'ID')] },
  )

/** Ceph 16: rules in order of their ids, an empty or sole prefix in the old form, `And` of one tag dissolved, NewerNoncurrentVersions and sizes lost. */
export function cephLifecycle(configuration: Element, newId: () => string): Element {
  const rules = each(withIds(configuration, newId), 'Rule', (rule) => {
    const filter = child(rule, 'Filter')
    const others = rule.children.filter(({ name }) => name !== 'Filter').map(withoutNewer)
    if (filter === undefined) return { ...rule, children: others }
    const and = child(filter, 'And')
    const parts = (and ?? filter).children.filter(({ name }) => !name.startsWith('ObjectSize'))
    const tags = parts.filter(({ name }) => name === 'Tag')
    const prefix = parts.find(({ name }) => name === 'Prefix')
    if (tags.length > 1) return { ...rule, children: [...others, element('Filter', element('And', prefix, tags))] }
    if (tags.length === 0 && (prefix?.text ?? '') === '') return { ...rule, children: [...others, leaf('Prefix', '')] }
    return { ...rule, children: [...others, element('Filter', prefix, tags)] }
  })
  return { ...rules, children: rules.children.toSorted((a, b) => ((textOf(a, 'ID') ?? '') < (textOf(b, 'ID') ?? '') ? -1 : 1)) }
}

const withoutNewer = (part: Element): Element =>
  part.name === 'NoncurrentVersionExpiration'
    ? { ...part, children: part.children.filter(({ name }) => name !== 'NewerNoncurrentVersions') }
    : part

/** MinIO writes lists, one principal form, and sorts. */
export function minioPolicy(text: string): string {
  const list = (value: unknown) => (Array.isArray(value) ? [...(value as readonly string[])].sort() : [value])
  const document = JSON.parse(text) as { readonly Version?: string; readonly Statement: readonly Readonly<Record<string, unknown>>[] }
  const statements = document.Statement.map(({ Sid, Effect, Principal, Action, Resource, Condition, ...rest }) => ({
    ...(Sid !== undefined && { Sid }),
    Effect,
    Principal: { AWS: list(Principal === '*' ? '*' : (Principal as { readonly AWS?: unknown }).AWS) },
    Action: list(Action),
    Resource: list(Resource),
    ...(Condition !== undefined && { Condition: valuesAsLists(Condition as Readonly<Record<string, Readonly<Record<string, unknown>>>>) }),
    ...rest,
  }))
  return JSON.stringify({ Version: document.Version, Statement: statements })
}

function valuesAsLists(condition: Readonly<Record<string, Readonly<Record<string, unknown>>>>) {
  const lists = (keys: Readonly<Record<string, unknown>>) =>
    Object.fromEntries(Object.entries(keys).map(([key, value]) => [key, (Array.isArray(value) ? value : [value]).map(String)]))
  return Object.fromEntries(Object.entries(condition).map(([operator, keys]) => [operator, lists(keys)]))
}
