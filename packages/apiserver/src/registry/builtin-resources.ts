import type { DynamicObject } from '@kubewright/core'
import { kindOfType, schemaOf } from '../builtin/index.ts'
import { lazy } from '../builtin/type-table.ts'
import { type BuiltinNeeds, builtinKinds } from './kinds/index.ts'
import { type ActionKind, ALL_VERBS, type BuiltinKind, SUBRESOURCE_VERBS } from './kinds/kind.ts'
import { type ActionResource, apiVersionOfResource, type ServedResource, type StoredResource } from './resource.ts'
import { defaultStrategy } from './strategy.ts'
import { typedForm } from './typed-form.ts'

function storedResource(group: string, version: string, row: BuiltinKind): StoredResource {
  const strategy = row.strategy ?? defaultStrategy
  const kind = { group, version, kind: row.kind }
  const typeName = kindOfType(kind)
  if (typeName === undefined) throw new Error(`the table of built-in types lacks ${row.kind} of ${group}/${version}`)
  return {
    is: 'stored',
    group,
    version,
    kind: row.kind,
    listKind: `${row.kind}List`,
    plural: row.plural,
    singular: row.kind.toLowerCase(),
    namespaced: row.cluster !== true,
    shortNames: row.short ?? [],
    categories: row.categories ?? [],
    verbs: row.verbs ?? ALL_VERBS,
    subresources: [
      ...(row.subresources ?? []),
      ...(row.scale === undefined
        ? []
        : [{ name: 'scale', kind: { group: 'autoscaling', version: 'v1', kind: 'Scale' }, verbs: SUBRESOURCE_VERBS }]),
      ...(strategy.statusSeparated ? [{ name: 'status', verbs: SUBRESOURCE_VERBS }] : []),
    ],
    storage: row.storage ?? { table: `${group}/${row.plural}`, apiVersion: apiVersionOfResource({ group, version }) },
    strategy,
    read: (object) => typedForm(typeName, object),
    empty: lazy(() => typedForm(typeName, {}).value as DynamicObject),
    schema: () => schemaOf(kind),
    ...(row.conversion === undefined ? {} : { conversion: row.conversion }),
    ...(row.scale === undefined ? {} : { scale: row.scale }),
  }
}

function actionResource(group: string, version: string, { kind, plural, namespaced }: ActionKind): ActionResource {
  return {
    is: 'action',
    action: kind,
    group,
    version,
    kind,
    plural,
    singular: kind.toLowerCase(),
    namespaced: namespaced === true,
    shortNames: [],
    categories: [],
    verbs: ['create'],
    subresources: [],
  }
}

export function builtinResources(needs: BuiltinNeeds): readonly ServedResource[] {
  return builtinKinds(needs).flatMap(({ group, version, kinds = [], actions = [] }) => [
    ...kinds.map((row) => storedResource(group, version, row)),
    ...actions.map((row) => actionResource(group, version, row)),
  ])
}
