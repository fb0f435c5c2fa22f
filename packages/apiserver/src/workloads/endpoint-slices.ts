import type { DynamicObject, ObjectMeta } from '@kubewright/core'
import { type Effect, TABLES } from './actuator.ts'

export interface Endpoint {
  readonly addresses: readonly string[]
  readonly targetRef?: { readonly uid?: string | undefined }
  readonly [field: string]: unknown
}

/** Endpoints that answer on the same ports. */
export interface EndpointGroup {
  readonly addressType: 'IPv4' | 'IPv6'
  /** Null, as Go writes an empty list. */
  readonly ports: readonly object[] | null
  readonly endpoints: readonly Endpoint[]
}

export interface EndpointSlice extends DynamicObject {
  readonly addressType: string
  readonly ports?: readonly object[] | null
  readonly endpoints?: readonly Endpoint[] | null
}

export interface SliceFamily {
  /** Of new ones; the labels and annotations of all. */
  readonly metadata: ObjectMeta
  readonly groups: readonly EndpointGroup[]
  readonly known: readonly EndpointSlice[]
  /** Endpoints in one slice. */
  readonly most: number
}

type Content = Pick<EndpointSlice, 'addressType' | 'ports' | 'endpoints'>

/** An endpoint stays in the slice in which it is, so that a change of one changes few slices; slices that have become empty are used again. */
export function slicesOf({ metadata, groups, known, most }: SliceFamily): readonly Effect[] {
  const kept: Effect[] = []
  const contents: Content[] = []
  const idle = new Set(known)
  const update = (slice: EndpointSlice, content: Content): Effect => ({
    do: 'update',
    table: TABLES.endpointSlices,
    object: { ...slice, metadata: relabelled(slice.metadata, metadata), ...content },
  })
  for (const group of groups) {
    const own = known.filter((slice) => slice.addressType === group.addressType && keyOfPorts(slice) === keyOfPorts(group))
    const { filled, rest } = fill(own, group.endpoints, most)
    for (const [slice, endpoints] of filled) {
      idle.delete(slice)
      kept.push(update(slice, { addressType: group.addressType, ports: group.ports, endpoints }))
    }
    if (rest.length > 0 || group.endpoints.length === 0) contents.push(...chunks(rest, most).map((endpoints) => ({ ...group, endpoints })))
  }
  const renewed = contents.map((content): Effect => {
    const slice = [...idle].find(({ addressType }) => addressType === content.addressType)
    if (slice === undefined) return { do: 'create', table: TABLES.endpointSlices, object: created(metadata, content) }
    idle.delete(slice)
    return update(slice, content)
  })
  return [...kept, ...renewed, ...[...idle].map((object): Effect => ({ do: 'delete', table: TABLES.endpointSlices, object }))]
}

const keyOfPorts = ({ ports }: { readonly ports?: readonly object[] | null }): string =>
  JSON.stringify((ports ?? []).map((port) => JSON.stringify(Object.entries(port).sort())).sort())

const identityOf = ({ addresses, targetRef }: Endpoint): string => `${addresses.join()} ${targetRef?.uid ?? ''}`

/** Those slices that keep an endpoint, filled up with new ones, and the endpoints for which there is no room. */
function fill(slices: readonly EndpointSlice[], endpoints: readonly Endpoint[], most: number) {
  const waiting = new Map(endpoints.map((endpoint) => [identityOf(endpoint), endpoint]))
  const filled = new Map<EndpointSlice, Endpoint[]>()
  for (const slice of slices) {
    const staying = (slice.endpoints ?? []).flatMap((endpoint) => {
      const wanted = waiting.get(identityOf(endpoint))
      return waiting.delete(identityOf(endpoint)) ? [wanted!] : []
    })
    if (staying.length > 0) filled.set(slice, staying)
  }
  const rest = [...waiting.values()]
  for (const content of filled.values()) content.push(...rest.splice(0, most - content.length))
  return { filled, rest }
}

/** At least one, which may be empty: that a Service has no endpoints is told by a slice too. */
function chunks(endpoints: readonly Endpoint[], most: number): readonly (readonly Endpoint[] | null)[] {
  if (endpoints.length === 0) return [null]
  return Array.from({ length: Math.ceil(endpoints.length / most) }, (_, index) => endpoints.slice(index * most, (index + 1) * most))
}

const created = (metadata: ObjectMeta, content: Content): DynamicObject => ({
  apiVersion: 'discovery.k8s.io/v1',
  kind: 'EndpointSlice',
  metadata,
  ...content,
})

function relabelled({ annotations: _before, ...own }: ObjectMeta, { labels, annotations }: ObjectMeta): ObjectMeta {
  return { ...own, ...(labels === undefined ? {} : { labels }), ...(annotations === undefined ? {} : { annotations }) }
}
