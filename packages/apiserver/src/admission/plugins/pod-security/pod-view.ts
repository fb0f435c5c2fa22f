import { type Fields, listAt, optionalFields } from '../../../registry/fields.ts'

/** A pod, or the template of one, as the checks look at it. */
export interface PodView {
  readonly annotations: Readonly<Record<string, string>>
  readonly spec: Fields
  /** Minor version of the standards that it is held to; infinite for the latest. */
  readonly version: number
}

/** What a check has against a pod. */
export interface Violation {
  readonly reason: string
  readonly detail: string
}

/** All containers of a pod, whenever they run. */
export const containersOf = ({ spec }: PodView): readonly Fields[] =>
  ['initContainers', 'containers', 'ephemeralContainers'].flatMap((kind) => listAt(spec, kind))

/** What a pod or a container says of its security. */
export const securityOf = (part: Fields): Fields => optionalFields(part, 'securityContext') ?? {}

export const nameOf = (part: Fields): string => String(part['name'] ?? '')

/** `"a", "b"` */
export const quoted = (items: Iterable<string>): string => [...items].map((item) => `"${item}"`).join(', ')

/** Each once, in order. */
export const sorted = (items: Iterable<string>): readonly string[] => [...new Set(items)].sort()

export const plural = (word: string, count: number): string => (count === 1 ? word : `${word}s`)

/** `container "a"`, `containers "a", "b"` */
export const counted = (word: string, names: readonly string[]): string => `${plural(word, names.length)} ${quoted(names)}`

/** `pod and container "a"`: who set what should not be set. Empty when nobody did. */
export function setters(view: PodView, isBad: (security: Fields) => boolean): string {
  const containers = containersOf(view).filter((each) => isBad(securityOf(each)))
  return [
    ...(isBad(securityOf(view.spec)) ? ['pod'] : []),
    ...(containers.length === 0 ? [] : [counted('container', containers.map(nameOf))]),
  ].join(' and ')
}

/** Pods in a user namespace are root in their own world alone; the standards know it since 1.35. */
export const hasOwnUsers = ({ spec, version }: PodView): boolean => version >= 35 && spec['hostUsers'] === false

/** Much of Linux has no meaning there; the standards know it since 1.25. */
export const isWindows = ({ spec, version }: PodView): boolean => version >= 25 && optionalFields(spec, 'os')?.['name'] === 'windows'
