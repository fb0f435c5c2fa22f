import { createHash } from 'node:crypto'
import type { coreV1 } from 'kubewright'
import { formatDuration, type KubeObject, kindOf } from 'kubewright'
import type { Request } from '../annotations/parse.ts'
import { secretsOf } from '../discovery/secret-references.ts'
import type { VaultSync, VaultSyncSpec } from '../kind/kinds.ts'

export interface Defaults {
  readonly deletionPolicy: VaultSyncSpec['deletionPolicy']
  readonly driftPolicy: VaultSyncSpec['driftPolicy']
  /** Milliseconds; 0: never. */
  readonly driftIntervalMs: number
}

/** What an annotated object has besides its annotations: a template of pods, or its own values. */
export type Material = { readonly is: 'pods'; readonly spec: coreV1.PodSpec | undefined } | { readonly is: 'secret' }

type Spec = Parameters<typeof VaultSync.of>[0]['spec']

/** What an object asks for, written out. */
export function specFor(object: KubeObject, request: Request, material: Material, defaults: Defaults): Spec {
  const { path, sources, templates, options } = request
  const checkInterval = intervalOf(request, defaults)
  return {
    owner: ownerOf(object),
    path,
    ...layoutOf(object, { sources, templates }, material, request.imagePullSecrets),
    deletionPolicy: defaults.deletionPolicy,
    driftPolicy: defaults.driftPolicy,
    ...options,
    ...(checkInterval === undefined ? {} : { checkInterval }),
  }
}

/** What was asked for last stays as it is, and so does what is in Vault, until the annotations can be read again. */
export function specWithProblems(object: KubeObject, problems: readonly string[], path: string, before: VaultSyncSpec | undefined): Spec {
  return { ...(before ?? { path }), owner: ownerOf(object), problems: [...problems] }
}

function ownerOf(object: KubeObject) {
  const { kind } = kindOf(object)
  const { name = '', uid = '' } = object.metadata
  return { apiVersion: object.apiVersion ?? '', kind, name, uid }
}

function layoutOf(
  object: KubeObject,
  { sources, templates }: Pick<Request, 'sources' | 'templates'>,
  material: Material,
  imagePullSecrets: boolean,
): Pick<Spec, 'layout' | 'sources' | 'templates'> {
  const custom = sources !== undefined || templates !== undefined
  if (custom)
    return {
      layout: 'Merged',
      ...(sources === undefined ? {} : { sources: [...sources] }),
      ...(templates === undefined ? {} : { templates: { ...templates } }),
    }
  if (material.is === 'secret') return { layout: 'Merged', sources: [{ name: object.metadata.name ?? '' }] }
  const found = secretsOf(material.spec, { imagePullSecrets })
  return { layout: 'PerSecret', sources: found.map(({ name, optional }) => ({ name, ...(optional && { optional }) })) }
}

/** The shortest that was asked for; `off` turns off the operator's own. */
function intervalOf({ reconcile, rotationCheck }: Request, { driftIntervalMs }: Defaults): string | undefined {
  const asked = [reconcile, rotationCheck].filter((each) => typeof each === 'number')
  if (asked.length > 0) return formatDuration(Math.min(...asked))
  if (reconcile === 'off' || rotationCheck === 'off' || driftIntervalMs === 0) return undefined
  return formatDuration(driftIntervalMs)
}

/** Its name in the namespace: two kinds may have objects of one name. */
export function syncNameFor(kind: string, name: string): string {
  const full = `${kind.toLowerCase()}-${name}`
  if (full.length <= 253) return full
  return `${full.slice(0, 242)}-${createHash('sha256').update(full).digest('hex').slice(0, 10)}`
}
