import type { DynamicObject } from '@kubewright/core'
import { evaluateJsonPath, parseJsonPath } from '@kubewright/core'
import { schemaOf } from '../builtin/index.ts'
import { lazy } from '../builtin/type-table.ts'
import { compareVersions } from '../registry/catalog.ts'
import type { Fields } from '../registry/fields.ts'
import type { ScaleMapping, StoredResource, Subresource } from '../registry/resource.ts'
import { defaultStrategy, type Strategy } from '../registry/strategy.ts'
import { typedForm } from '../registry/typed-form.ts'
import { type CompiledSchema, compileSchema, type Json, type Schema } from '../schema/index.ts'
import { SchemaConversion } from './conversion/schema-conversion.ts'
import { type ConversionContext, WebhookConversion } from './conversion/webhook-conversion.ts'
import type { CustomResourceDefinition, DefinitionVersion } from './definition.ts'

const VERBS = ['delete', 'deletecollection', 'get', 'list', 'patch', 'create', 'update', 'watch']
const SUBRESOURCE_VERBS = ['get', 'patch', 'update']

/**
 * The resources that a definition makes: one for each served version, all over one table. Its `spec` has been as it is since the revision
 * `since`.
 */
export function customResources(crd: CustomResourceDefinition, conversions: ConversionContext, since: number): readonly StoredResource[] {
  const storage = crd.spec.versions.find((version) => version.storage)!
  return crd.spec.versions.filter((version) => version.served).map((version) => customResource(crd, version, storage, conversions, since))
}

function customResource(
  crd: CustomResourceDefinition,
  version: DefinitionVersion,
  storageVersion: DefinitionVersion,
  conversions: ConversionContext,
  since: number,
): StoredResource {
  const { group, names, scope } = crd.status?.acceptedNames?.kind ? { ...crd.spec, names: crd.status.acceptedNames } : crd.spec
  const schema = schemaIn(version)
  const compiled = compileSchema(schema)
  const scale = scaleMapping(version)
  const kept = lazy(() => compileSchema(schemaIn(storageVersion)))
  const { conversion: { strategy, webhook } = { strategy: 'None' } } = crd.spec
  const forms = { served: `${group}/${version.name}`, stored: `${group}/${storageVersion.name}` }
  // The real server fills defaults when it reads what is stored, and not again in what it makes of that.
  const stored = (object: DynamicObject) => withDefaults(fitting(object, kept()), kept())
  const served = (object: DynamicObject) => fitting(object, compiled)
  const conversion =
    strategy === 'Webhook' && webhook !== undefined
      ? new WebhookConversion(conversions, { webhook, ...forms, read: { served, stored } })
      : new SchemaConversion({
          ...forms,
          id: since,
          since: crd.spec.versions.length === 1 ? since : Number.POSITIVE_INFINITY,
          read: (object) => served(stored(object)),
        })
  return {
    is: 'stored',
    group,
    version: version.name,
    plural: names.plural,
    singular: names.singular ?? names.kind.toLowerCase(),
    kind: names.kind,
    listKind: names.listKind ?? `${names.kind}List`,
    namespaced: scope === 'Namespaced',
    shortNames: names.shortNames ?? [],
    categories: names.categories ?? [],
    verbs: VERBS,
    subresources: subresources(version),
    storage: { table: `${group}/${names.plural}`, apiVersion: `${group}/${storageVersion.name}` },
    strategy: customStrategy(version, compiled),
    read: (object) => readCustom(object, compiled),
    empty: () => ({ metadata: {} }),
    schema: () => withMetadata(schema),
    ...(scale === undefined ? {} : { scale }),
    conversion,
    custom: {
      crd: crd.metadata.name ?? '',
      columns: version.additionalPrinterColumns ?? [],
      warnings: warnings(crd, version),
      terminating: crd.metadata.deletionTimestamp !== undefined,
    },
  }
}

function subresources(version: DefinitionVersion): readonly Subresource[] {
  return [
    ...(version.subresources?.status === undefined ? [] : [{ name: 'status', verbs: SUBRESOURCE_VERBS }]),
    ...(version.subresources?.scale === undefined
      ? []
      : [{ name: 'scale', kind: { group: 'autoscaling', version: 'v1', kind: 'Scale' }, verbs: SUBRESOURCE_VERBS }]),
  ]
}

function customStrategy(version: DefinitionVersion, compiled: CompiledSchema): Strategy {
  const statusSeparated = version.subresources?.status !== undefined
  return {
    ...defaultStrategy,
    unconditionalUpdate: false,
    statusSeparated,
    generation: true,
    ...(version.selectableFields === undefined ? {} : { selectable: selectable(version.selectableFields) }),
    defaults(draft) {
      const { metadata, ...rest } = draft
      // Metadata has no defaults of its own, and a schema cannot give it any.
      Object.assign(draft, compiled.applyDefaults({ ...rest, metadata: {} } as Json), { metadata })
    },
    validate: (object, old, warn) => compiled.validate(object as unknown as Json, old as unknown as Json | undefined, warn),
  }
}

const schemaIn = (version: DefinitionVersion): Schema => version.schema?.openAPIV3Schema ?? { type: 'object' }

/** What a converter made need not fit the version's schema: what it has too much goes. */
function fitting(object: DynamicObject, compiled: CompiledSchema): DynamicObject {
  return { ...(compiled.prune(object as unknown as Json) as Fields), metadata: object.metadata } as unknown as DynamicObject
}

function withDefaults(object: DynamicObject, compiled: CompiledSchema): DynamicObject {
  const { metadata, ...rest } = object
  return { ...(compiled.applyDefaults({ ...rest, metadata: {} } as Json) as Fields), metadata } as unknown as DynamicObject
}

function readCustom(object: Fields, compiled: CompiledSchema): { readonly value: Fields; readonly unknownFields: readonly string[] } {
  const pruned = compiled.prune(object as Json) as Fields
  return {
    value: { ...pruned, metadata: typedForm('meta/v1.ObjectMeta', object['metadata']).value },
    unknownFields: compiled.unknownFields(object as Json),
  }
}

function warnings(crd: CustomResourceDefinition, version: DefinitionVersion): readonly string[] {
  const said: string[] = []
  if (version.deprecated === true) {
    said.push(version.deprecationWarning ?? `${named(crd, version)} is deprecated${successor(crd)}`)
  }
  return said
}

const named = ({ spec: { group, names } }: CustomResourceDefinition, { name }: DefinitionVersion): string =>
  `${group}/${name} ${names.kind}`

function successor(crd: CustomResourceDefinition): string {
  const [best] = crd.spec.versions
    .filter(({ served, deprecated }) => served && deprecated !== true)
    .sort((a, b) => compareVersions(a.name, b.name))
  return best === undefined ? '' : `; use ${named(crd, best)}`
}

function scaleMapping(version: DefinitionVersion): ScaleMapping | undefined {
  const scale = version.subresources?.scale
  if (scale === undefined) return undefined
  const path = (text: string) => text.split('.').slice(1)
  const selectorPath = scale.labelSelectorPath
  return {
    replicas: path(scale.specReplicasPath),
    statusReplicas: path(scale.statusReplicasPath),
    ...(selectorPath === undefined ? {} : { selector: (object: DynamicObject) => textOf(parseJsonPath(selectorPath), object) }),
  }
}

function selectable(fields: readonly { readonly jsonPath: string }[]): NonNullable<Strategy['selectable']> {
  return Object.fromEntries(
    fields.map(({ jsonPath }) => {
      const path = parseJsonPath(jsonPath)
      return [jsonPath.replace(/^\./, ''), (object: DynamicObject) => textOf(path, object) ?? '']
    }),
  )
}

function textOf(path: ReturnType<typeof parseJsonPath>, object: DynamicObject): string | undefined {
  const [value] = evaluateJsonPath(path, object)
  return value === undefined || value === null ? undefined : String(value)
}

/** A custom resource's schema says nothing of metadata, whose lists have keys all the same. */
function withMetadata(schema: Schema): Schema {
  const metadata = schemaOf({ group: '', version: 'v1', kind: 'ConfigMap' })?.properties?.['metadata']
  return metadata === undefined ? schema : { ...schema, properties: { ...schema.properties, metadata } }
}
