import type { DynamicObject } from '@kubewright/core'
import { applyConfiguration, desiredFields, statusFields, typeProblems } from '../managed-fields/index.ts'
import { type Fields, isFields } from '../registry/fields.ts'
import type { Written } from '../registry/objects.ts'
import { apiVersionOfResource, type StoredResource } from '../registry/resource.ts'
import { inTime } from '../registry/steps.ts'
import type { Target } from '../registry/target.ts'
import { DecodeError } from '../registry/typed-form.ts'
import { badRequest, conflict, MODIFIED, notFound, Refusal, storageError } from '../status/index.ts'
import { type ResourceRequest, type RestContext, targetOf } from './context.ts'
import { decodePatched } from './decode.ts'
import type { MutationOptions } from './options.ts'
import { requireSameName, updateOptions } from './write.ts'

/** Server-side apply: the configuration is laid over the live object, and what the manager no longer names goes. @throws Refusal */
export async function applyPatch(context: RestContext, asked: ResourceRequest, body: unknown, options: MutationOptions): Promise<Written> {
  const { objects } = context
  const { resource, subresource } = asked
  const target = targetOf(asked)
  if (subresource !== undefined && subresource !== 'status')
    throw new Refusal(
      415,
      'UnsupportedMediaType',
      `server-side apply to /${subresource} is not implemented by the embedded API server: use a merge patch`,
    )
  const config = configuration(resource, target, body)
  const common = { ...updateOptions(context, asked, options), tracked: true, unconditional: true }
  const applied = (live: DynamicObject) =>
    decodePatched(resource, applyConfiguration(live, config, tracking(context, asked, live, config, options)), 'Ignore').object
  const current = await inTime(objects.finding(resource, target))
  if (current !== undefined) {
    const { resourceVersion } = config.metadata
    if (resourceVersion && resourceVersion !== current.metadata.resourceVersion) throw conflict(resource, target.name, MODIFIED)
    return inTime(objects.updating(resource, target, applied, common))
  }
  if (subresource !== undefined) throw notFound(resource, target.name)
  const { uid } = config.metadata
  if (uid) throw conflict(resource, target.name, `uid mismatch: the provided object specified uid ${uid}, and no existing object was found`)
  const blank = {
    apiVersion: apiVersionOfResource(resource),
    kind: resource.kind,
    metadata: { name: target.name, ...(target.namespace === undefined ? {} : { namespace: target.namespace }) },
  }
  return { object: await inTime(objects.creation(resource, applied(blank), target.namespace, common)), created: true }
}

function tracking(
  { clock }: RestContext,
  { resource, subresource }: ResourceRequest,
  live: DynamicObject,
  config: DynamicObject,
  options: MutationOptions,
) {
  const ignored =
    subresource === 'status'
      ? desiredFields({ ...live, ...config }, resource.strategy.metadataByStatus)
      : resource.strategy.statusSeparated
        ? statusFields
        : undefined
  return {
    schema: resource.schema(),
    manager: {
      manager: options.fieldManager,
      operation: 'Apply' as const,
      apiVersion: apiVersionOfResource(resource),
      ...(subresource === undefined ? {} : { subresource }),
    },
    now: clock.now(),
    force: options.force,
    ...(ignored === undefined ? {} : { ignored }),
  }
}

/** @throws Refusal 400, 500 */
function configuration(resource: StoredResource, target: Target, body: unknown): DynamicObject {
  if (!isFields(body)) throw badRequest('error decoding YAML: an applied configuration is an object')
  const { apiVersion = '', kind = '' } = body as { readonly apiVersion?: string; readonly kind?: string }
  if (apiVersion !== apiVersionOfResource(resource) || kind !== resource.kind) {
    const [group, version] = apiVersion.includes('/') ? apiVersion.split('/') : ['', apiVersion]
    throw badRequest(`invalid object type: ${group}/${version}, Kind=${kind}`)
  }
  const config = { ...body, metadata: isFields(body['metadata']) ? body['metadata'] : {} } as DynamicObject
  if (config.metadata.managedFields !== undefined) throw badRequest('metadata.managedFields must be nil')
  requireSameName(config.metadata.name ? config : { ...config, metadata: { ...config.metadata, name: target.name } }, target)
  requireTyped(resource, config)
  return config
}

/** @throws Refusal 500 without a reason: the real server takes it for a failure of its own */
function requireTyped(resource: StoredResource, config: DynamicObject): void {
  const { apiVersion = '', kind = '' } = config as { readonly apiVersion?: string; readonly kind?: string }
  const { name = '', namespace = '' } = config.metadata
  const type = `${apiVersion.includes('/') ? apiVersion : `/${apiVersion}`}, Kind=${kind}`
  const object = `object (${namespace}/${name}; ${type})`
  const unknown = unknownFields(resource, config as Fields)
  const undeclaredFields = 'paths' in unknown ? unknown.paths.map((path) => `.${path}: field not declared in schema`) : []
  const problems = [...typeProblems(config, resource.schema()), ...undeclaredFields].sort()
  const told = problems.length > 1 ? `errors:\n  ${problems.join('\n  ')}` : problems[0]
  if (told !== undefined) throw storageError(`failed to create typed patch ${object}: ${told}`)
  if ('unreadable' in unknown)
    throw storageError(
      `failed to convert new ${object} to proper version: unable to convert unstructured object to ${type}: ${unknown.unreadable}`,
    )
}

/** `unreadable`: a value that its type allows and its format does not, such as a quantity. */
function unknownFields(resource: StoredResource, body: Fields): { readonly paths: readonly string[] } | { readonly unreadable: string } {
  try {
    return { paths: undeclared(resource.read(body).unknownFields) }
  } catch (error) {
    if (error instanceof DecodeError) return { unreadable: error.message.replace(/^(?=illegal base64)/, 'error decoding from json: ') }
    throw error
  }
}

/** The real server leaves an object at the first field that it does not know, and goes on with the next object. */
function undeclared(paths: readonly string[]): readonly string[] {
  const parents = new Set<string>()
  return [...paths].sort().filter((path) => {
    const parent = path.slice(0, Math.max(path.lastIndexOf('.'), 0))
    const isFirst = !parents.has(parent)
    parents.add(parent)
    return isFirst
  })
}
