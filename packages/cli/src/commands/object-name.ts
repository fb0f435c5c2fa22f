import type { ApiResource, Client } from '@kubewright/client'
import { UsageError } from '../usage-error.ts'

/** `KIND/NAME` as kubectl takes it. */
export interface WantedObject {
  /** In lower case: a kind, a plural, a singular or a short name. */
  readonly kind: string
  readonly group: string | undefined
  readonly name: string
}

/** @throws UsageError */
export function parseObjectName(text: string): WantedObject {
  const [, resource, name] = /^([^/]+)\/([^/]+)$/.exec(text) ?? []
  if (resource === undefined || name === undefined) throw new UsageError(`"${text}": write KIND/NAME, such as configmap/settings`)
  const dot = resource.indexOf('.')
  if (dot === -1) return { kind: resource.toLowerCase(), group: undefined, name }
  return { kind: resource.slice(0, dot).toLowerCase(), group: resource.slice(dot + 1), name }
}

/** @throws UsageError when the server knows no such kind */
export async function findResource(client: Client, { kind, group }: WantedObject, signal: AbortSignal): Promise<ApiResource> {
  const all = await client.discovery.all({ signal })
  const found = all.find(
    (each) =>
      (group === undefined || each.group === group) &&
      (each.kind.toLowerCase() === kind || each.plural === kind || each.singular === kind || each.shortNames.includes(kind)),
  )
  if (found !== undefined) return found
  throw new UsageError(
    `the server serves no kind "${kind}"${group === undefined ? '' : ` in group "${group}"`}: kubectl api-resources lists them`,
  )
}
