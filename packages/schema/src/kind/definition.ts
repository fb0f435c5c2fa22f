import { apiVersionOf, deepEqual } from '@kubewright/core'
import type { z } from 'zod'
import { DefinitionError } from '../definition-error.ts'
import { docsOf } from '../documents/docs.ts'
import { exampleOf } from '../documents/example.ts'
import { jsonSchemaOf } from '../documents/json-schema.ts'
import { convertersOf, type Spoke } from '../versions/converters.ts'
import type { GivenSpecOf, OtherVersion, SpecOf } from '../versions/version.ts'
import { crdOf } from './crd.ts'
import { type ConvertedVersion, convertVersion } from './crd-version.ts'
import type { CustomResource, DefinedKind, KindVersion } from './kind-definition.ts'
import type { KindOptions, VersionOptions } from './kind-options.ts'
import { checkNames, checkVersion, namesOf } from './naming.ts'
import { parserOf } from './object-parser.ts'

type AnyOptions = KindOptions<z.ZodObject, z.ZodObject>

/** A version with its schemas' types forgotten: converters were checked against them where it was added. */
interface AddedVersion extends VersionOptions<z.ZodObject, z.ZodObject>, Pick<Spoke, 'toHub' | 'fromHub'> {
  readonly storage?: boolean
}

/** @throws DefinitionError when the names are no names or the schema has a part that an API server cannot hold to. */
export function defineKind<Spec, Status = z.ZodObject<Record<never, never>>>(
  options: KindOptions<Spec, Status>,
): DefinedKind<CustomResource<SpecOf<Spec>, SpecOf<Status>>, GivenSpecOf<Spec>> {
  checkNames(options, namesOf(options))
  const kind = buildKind(options as unknown as AnyOptions, convertVersion(options.kind, options as unknown as AnyOptions), [])
  return kind as DefinedKind<CustomResource<SpecOf<Spec>, SpecOf<Status>>, GivenSpecOf<Spec>>
}

interface Addition {
  readonly options: AddedVersion
  readonly converted: ConvertedVersion
}

function buildKind(options: AnyOptions, hub: ConvertedVersion, additions: readonly Addition[]): unknown {
  const names = namesOf(options)
  const { group, kind, scope = 'Namespaced', shortNames = [], categories = [], labels, annotations } = options
  const isConverted = additions.some((added) => added.options.toHub !== undefined)
  const parts = {
    ...names,
    ...{ group, kind, scope, shortNames, categories, labels, annotations },
    versions: [hub, ...additions.map(({ converted }) => converted)],
    storage: additions.find((added) => added.options.storage === true)?.options.version ?? options.version,
    converted: isConverted,
  }
  const crd = crdOf(parts)
  const own = versionOf(options, options, hub)
  const others = additions.map((added) => versionOf(options, added.options, added.converted))
  const spokes = additions.map(
    ({ options: { version, toHub, fromHub }, converted }): Spoke => ({ version, schema: converted.schema, toHub, fromHub }),
  )
  const description = { ...parts, description: options.description, storage: parts.storage }
  return {
    ...own,
    ...names,
    shortNames,
    categories,
    description: options.description,
    warnings: [...parts.versions.flatMap(({ warnings }) => warnings), ...additions.flatMap((added) => lossOf(hub, added))],
    versions: [own, ...others],
    converters: isConverted ? convertersOf({ group, kind, version: options.version, schema: hub.schema }, spokes) : undefined,
    hasStatus: hub.crd.subresources?.status !== undefined,
    crd: (given?: Parameters<typeof crdOf>[1]) => (given === undefined ? crd : crdOf(parts, given)),
    docs: () => docsOf(description),
    jsonSchema: () => jsonSchemaOf(options, hub.schema),
    example: () => exampleOf(options, hub.schema, own.parse),
    withVersion: (version: OtherVersion<string, z.ZodObject, z.ZodObject, never, never, unknown, unknown>) => {
      const added = version as unknown as AddedVersion
      checkVersion(options, added.version)
      checkAddition(kind, parts, added, additions)
      return buildKind(options, hub, [...additions, { options: added, converted: convertVersion(kind, added) }])
    },
    inVersion: (name: string) => {
      const found = [own, ...others].find(({ version }) => version === name)
      if (found === undefined) throw new DefinitionError(kind, `there is no version "${name}": add it with withVersion()`)
      return found
    },
  }
}

function versionOf(
  options: AnyOptions,
  version: VersionOptions<z.ZodObject, z.ZodObject>,
  { schema, localChecks }: ConvertedVersion,
): KindVersion {
  const { group, kind, scope = 'Namespaced' } = options
  const gvk = { group, version: version.version, kind }
  const parse = parserOf(gvk, version.spec, schema) as KindVersion['parse']
  return {
    ...gvk,
    plural: namesOf(options).plural,
    namespaced: scope === 'Namespaced',
    schema,
    localChecks,
    parse,
    of: (object) => parse({ apiVersion: apiVersionOf(gvk), kind, ...(object as object) }),
  }
}

function checkAddition(
  kind: string,
  parts: { readonly versions: readonly ConvertedVersion[] },
  added: AddedVersion,
  additions: readonly Addition[],
): void {
  const refuse = (problem: string): never => {
    throw new DefinitionError(`${kind}: version ${added.version}`, problem)
  }
  if (parts.versions.some(({ name }) => name === added.version)) refuse('is defined already')
  if ((added.toHub === undefined) !== (added.fromHub === undefined))
    refuse('needs both toHub and fromHub, or none when it differs in name only')
  if (added.storage === true && additions.some(({ options }) => options.storage === true)) refuse('objects are stored in one version only')
}

/** Without converters the API server changes the name of the version and prunes what the other schema does not know. */
function lossOf(hub: ConvertedVersion, { options, converted }: Addition): readonly string[] {
  if (options.toHub !== undefined) return []
  const fields = (version: ConvertedVersion) => [version.schema.properties!['spec'], version.schema.properties!['status']]
  if (deepEqual(fields(hub), fields(converted))) return []
  return [
    `${options.version} differs from ${hub.name} and has no converters: the API server drops fields that only one of them knows. Add toHub and fromHub`,
  ]
}
