import { deepFreeze } from '@kubewright/core'
import type { z } from 'zod'
import { structuralOf } from './conversion.ts'
import { DefinitionError } from './definition-error.ts'
import type { KindOptions } from './kind-options.ts'
import type { Names } from './naming.ts'
import type { CrdManifest, PrinterColumn, StructuralSchema } from './structural.ts'

const AGE: PrinterColumn = { name: 'Age', type: 'date', jsonPath: '.metadata.creationTimestamp' }

/** The limit of the API server (apiextensions validation). */
const MOST_SELECTABLE_FIELDS = 8

/** The CRD of a kind, one version for now: equal definitions give equal text. */
export function definitionOf(options: KindOptions<z.ZodObject, z.ZodObject>, { plural, singular }: Names): CrdManifest {
  const { group, version, kind, shortNames = [], categories = [], status, scale, selectableFields = [] } = options
  if (selectableFields.length > MOST_SELECTABLE_FIELDS)
    throw new DefinitionError(
      `${kind}: selectableFields`,
      `at most ${MOST_SELECTABLE_FIELDS} are allowed, ${selectableFields.length} are given`,
    )
  const columns = columnsOf(options)
  return deepFreeze({
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `${plural}.${group}` },
    spec: {
      group,
      names: {
        kind,
        listKind: `${kind}List`,
        plural,
        singular,
        ...(shortNames.length > 0 && { shortNames: [...shortNames] }),
        ...(categories.length > 0 && { categories: [...categories] }),
      },
      scope: options.scope ?? 'Namespaced',
      versions: [
        {
          name: version,
          served: true,
          storage: true,
          schema: { openAPIV3Schema: rootOf(options) },
          ...((status !== undefined || scale !== undefined) && {
            subresources: { ...(status !== undefined && { status: {} }), ...(scale !== undefined && { scale }) },
          }),
          additionalPrinterColumns: columns,
          ...(selectableFields.length > 0 && { selectableFields: selectableFields.map((jsonPath) => ({ jsonPath })) }),
        },
      ],
    },
  })
}

function rootOf({ kind, description, spec, status, rules = [] }: KindOptions<z.ZodObject, z.ZodObject>): StructuralSchema {
  return {
    type: 'object',
    ...(description !== undefined && { description }),
    required: ['spec'],
    properties: {
      apiVersion: { type: 'string' },
      kind: { type: 'string' },
      metadata: { type: 'object' },
      spec: withRules(
        located(kind, () => structuralOf(spec, 'spec')),
        rules,
      ),
      ...(status !== undefined && { status: located(kind, () => structuralOf(status, 'status')) }),
    },
  }
}

function withRules(schema: StructuralSchema, rules: NonNullable<StructuralSchema['x-kubernetes-validations']>): StructuralSchema {
  return rules.length === 0 ? schema : { ...schema, 'x-kubernetes-validations': [...(schema['x-kubernetes-validations'] ?? []), ...rules] }
}

/** Puts the kind before the path, for a program that defines several. */
function located<R>(kind: string, convert: () => R): R {
  try {
    return convert()
  } catch (error) {
    if (error instanceof DefinitionError) throw new DefinitionError(`${kind}: ${error.path}`, error.problem)
    throw error
  }
}

/** `kubectl get` shows an age for kinds without columns only; with columns it has to be said. */
function columnsOf({ kind, printerColumns = [] }: KindOptions<z.ZodObject, z.ZodObject>): readonly PrinterColumn[] {
  for (const { name, jsonPath } of printerColumns) {
    if (!jsonPath.startsWith('.'))
      throw new DefinitionError(
        `${kind}: printerColumns`,
        `the jsonPath "${jsonPath}" of column "${name}" must start with a dot, such as ".status.phase"`,
      )
  }
  return printerColumns.some((column) => column.type === 'date' && (column.priority ?? 0) === 0) ? printerColumns : [...printerColumns, AGE]
}
