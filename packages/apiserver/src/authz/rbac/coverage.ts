import type { PolicyRule } from './rule.ts'

/** The parts of `wanted` that `held` does not give, as small as rules can be. Empty: everything is covered. */
export function uncovered(held: readonly PolicyRule[], wanted: readonly PolicyRule[]): readonly PolicyRule[] {
  return wanted.flatMap(brokenDown).filter((part) => !held.some((rule) => covers(rule, part)))
}

/** What is missing as people read it: one line for each resource, verbs together, in order. */
export function describeMissing(missing: readonly PolicyRule[]): string {
  const lines = [...Map.groupBy(missing, ({ verbs: _verbs, ...what }) => JSON.stringify(what)).values()].map((same) => {
    // Paths are not put together: the real server's text has one line for each of their verbs.
    if (same[0]!.nonResourceURLs !== undefined) return same.map(printRule)
    return [printRule({ ...same[0]!, verbs: same.flatMap(({ verbs }) => verbs) })]
  })
  return [...new Set(lines.flat())].sort().join('\n')
}

/** Rules of one verb, one group, one resource and one name each. */
function brokenDown(rule: PolicyRule): readonly PolicyRule[] {
  const names = rule.resourceNames?.length ? rule.resourceNames : [undefined]
  const parts: PolicyRule[] = []
  for (const group of rule.apiGroups ?? [])
    for (const resource of rule.resources ?? [])
      for (const verb of rule.verbs)
        for (const name of names)
          parts.push({ apiGroups: [group], resources: [resource], ...(name === undefined ? {} : { resourceNames: [name] }), verbs: [verb] })
  for (const url of rule.nonResourceURLs ?? []) for (const verb of rule.verbs) parts.push({ nonResourceURLs: [url], verbs: [verb] })
  return parts
}

const starOrAll = (held: readonly string[] = [], wanted: readonly string[] = []): boolean =>
  held.includes('*') || wanted.every((each) => held.includes(each))

function covers(held: PolicyRule, part: PolicyRule): boolean {
  if (!starOrAll(held.verbs, part.verbs)) return false
  if (part.nonResourceURLs !== undefined)
    return part.nonResourceURLs.every((url) => held.nonResourceURLs?.some((each) => coversUrl(each, url)))
  return (
    starOrAll(held.apiGroups, part.apiGroups) &&
    (part.resources ?? []).every((resource) => coversResource(held.resources ?? [], resource)) &&
    (!held.resourceNames?.length || (part.resourceNames?.every((name) => held.resourceNames!.includes(name)) ?? false))
  )
}

function coversResource(held: readonly string[], resource: string): boolean {
  if (held.includes('*') || held.includes(resource)) return true
  const slash = resource.indexOf('/')
  return slash >= 0 && held.includes(`*${resource.slice(slash)}`)
}

const coversUrl = (held: string, url: string): boolean => held === url || (held.endsWith('*') && url.startsWith(held.replace(/\*+$/, '')))

/** Go's %q of a list, which the real server's texts have. */
export const quotedList = (list: readonly string[]): string => `[${list.map((text) => JSON.stringify(text)).join(' ')}]`

function printRule({ apiGroups, resources, nonResourceURLs, resourceNames, verbs }: PolicyRule): string {
  const parts = { APIGroups: apiGroups, Resources: resources, NonResourceURLs: nonResourceURLs, ResourceNames: resourceNames, Verbs: verbs }
  const shown = Object.entries(parts).flatMap(([name, list]) => (list?.length ? [`${name}:${quotedList(list)}`] : []))
  return `{${shown.join(', ')}}`
}
