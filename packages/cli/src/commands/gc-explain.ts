import { isNotFound, type KubeObject, parseApiVersion } from '@kubewright/core'
import { explain, explanationText, survey } from '@kubewright/operator-gc/tools'
import type { OutputFormat, Terminal } from '../terminal.ts'
import { UsageError } from '../usage-error.ts'
import { type GcScene, objectOf, type SceneFlags, withScene } from './gc-scene.ts'
import { readManifests } from './manifest-files.ts'
import { findResource, parseObjectName, type WantedObject } from './object-name.ts'

export interface ExplainFlags extends SceneFlags {
  readonly output: OutputFormat
}

/** Prints what becomes of one object, and why. @throws UsageError when there is no such object */
export async function gcExplain(name: string, flags: ExplainFlags, terminal: Terminal): Promise<void> {
  const wanted = parseObjectName(name)
  const explanation = await withScene(flags, terminal, async (opened) => {
    const object = opened.client === undefined ? await inManifests(wanted, opened, flags) : await inCluster(wanted, opened, terminal.signal)
    const kind = { ...parseApiVersion(object.apiVersion ?? ''), kind: object.kind ?? '' }
    const { scene, candidates, now, defaults } = opened
    const surveys = await survey(
      scene,
      candidates.filter(({ policy }) => policy.spec.targetResource.kind === kind.kind),
      { now, defaults },
    )
    return explain(kind, object, surveys, now)
  })
  terminal.stdout.write(flags.output === 'json' ? `${JSON.stringify(explanation, undefined, 2)}\n` : explanationText(explanation))
}

async function inCluster(wanted: WantedObject, { client, namespace }: GcScene, signal: AbortSignal): Promise<KubeObject> {
  const type = await findResource(client!, wanted, signal)
  const resource = await client!.resource(type, { signal })
  const name = { name: wanted.name, ...(type.namespaced && { namespace }) }
  try {
    const object = await resource.get(name, { signal })
    return { ...object, apiVersion: type.group === '' ? type.version : `${type.group}/${type.version}`, kind: type.kind }
  } catch (error) {
    if (!isNotFound(error)) throw error
    const where = type.namespaced ? ` in namespace ${namespace}; name another with --namespace` : ''
    throw new UsageError(`there is no ${type.kind} "${wanted.name}"${where}`, { cause: error })
  }
}

async function inManifests({ kind, group, name }: WantedObject, { scene, namespace }: GcScene, flags: ExplainFlags): Promise<KubeObject> {
  const objects = (await readManifests(flags.from ?? [])).map(objectOf)
  const manifest = objects.find(
    (each) =>
      each.kind?.toLowerCase() === kind &&
      each.metadata.name === name &&
      (group === undefined || parseApiVersion(each.apiVersion ?? '').group === group) &&
      (each.metadata.namespace === undefined || each.metadata.namespace === namespace),
  )
  if (manifest === undefined) throw new UsageError(`${scene.name} has no ${kind} "${name}" in namespace ${namespace}`)
  const listing = await scene.list({ ...parseApiVersion(manifest.apiVersion ?? ''), kind: manifest.kind ?? '' })
  const found =
    listing.is === 'read'
      ? listing.objects.find(({ metadata }) => metadata.name === name && metadata.namespace === manifest.metadata.namespace)
      : undefined
  return found ?? manifest
}
