import type { z } from 'zod'
import { DefinitionError } from '../definition-error.ts'
import { structuralOf } from '../structural/conversion.ts'
import { localChecksOf } from '../structural/local-checks.ts'
import { checkRules } from '../structural/rule-checks.ts'
import type { CustomResourceVersion, PrinterColumn, StructuralSchema, ValidationRule } from '../structural/structural.ts'
import type { VersionOptions } from './kind-options.ts'
import { checkColumns, checkScale, checkSelectable } from './version-checks.ts'

const AGE: PrinterColumn = { name: 'Age', type: 'date', jsonPath: '.metadata.creationTimestamp' }

/** One version of a kind, converted and checked. */
export interface ConvertedVersion {
  readonly name: string
  readonly schema: StructuralSchema
  /** As it stands in a CRD in which this version is not the stored one. */
  readonly crd: CustomResourceVersion
  /** Advice on rules that the API server may refuse for their cost. */
  readonly warnings: readonly string[]
  /** Paths of checks that neither schema nor CEL can say. */
  readonly localChecks: readonly string[]
}

type AnyVersion = VersionOptions<z.ZodObject, z.ZodObject>

/** @throws DefinitionError when the version has a part that an API server cannot hold to. */
export function convertVersion(kind: string, options: AnyVersion): ConvertedVersion {
  const { version, status, scale, selectableFields = [], served = true, deprecated = false } = options
  return located(kind, () => {
    const schema = rootOf(options)
    const columns = columnsOf(options)
    checkColumns(columns, schema)
    if (scale !== undefined) checkScale(scale, schema)
    checkSelectable(selectableFields, schema)
    const warnings = checkRules(schema, '').map((advice) => advice.replace(/^\./, ''))
    const statusPath = options.statusSubresource ?? status !== undefined
    return {
      name: version,
      schema,
      warnings,
      localChecks: [...localChecksOf(options.spec, 'spec'), ...(status === undefined ? [] : localChecksOf(status, 'status'))],
      crd: {
        name: version,
        served,
        storage: false,
        ...(deprecated !== false && { deprecated: true, ...(deprecated !== true && { deprecationWarning: checkWarning(deprecated) }) }),
        schema: { openAPIV3Schema: schema },
        ...((statusPath || scale !== undefined) && {
          subresources: { ...(statusPath && { status: {} }), ...(scale !== undefined && { scale }) },
        }),
        ...(columns.length > 0 && { additionalPrinterColumns: columns }),
        ...(selectableFields.length > 0 && { selectableFields: selectableFields.map((jsonPath) => ({ jsonPath })) }),
      },
    }
  })
}

/** The API server's limit. */
const LONGEST_WARNING = 256

function checkWarning(text: string): string {
  if (text.length > LONGEST_WARNING)
    throw new DefinitionError('deprecated', `the warning has ${text.length} characters: the API server takes ${LONGEST_WARNING} at most`)
  return text
}

function rootOf({ description, spec, status, optionalSpec = false, rules = [], objectRules = [] }: AnyVersion): StructuralSchema {
  return withRules(
    {
      type: 'object',
      ...(description !== undefined && { description }),
      ...(!optionalSpec && { required: ['spec'] }),
      properties: {
        apiVersion: { type: 'string' },
        kind: { type: 'string' },
        metadata: { type: 'object' },
        spec: withRules(structuralOf(spec, 'spec'), rules),
        ...(status !== undefined && { status: structuralOf(status, 'status') }),
      },
    },
    objectRules,
  )
}

function withRules(schema: StructuralSchema, rules: readonly ValidationRule[]): StructuralSchema {
  return rules.length === 0 ? schema : { ...schema, 'x-kubernetes-validations': [...(schema['x-kubernetes-validations'] ?? []), ...rules] }
}

/** Puts the kind before the path, for a program that defines several. */
function located<R>(kind: string, convert: () => R): R {
  try {
    return convert()
  } catch (error) {
    if (error instanceof DefinitionError) throw new DefinitionError(`${kind}: ${error.path.replace(/^\./, '')}`, error.problem)
    throw error
  }
}

/** `kubectl get` shows an age for kinds without columns only; with columns it has to be said. */
function columnsOf({ printerColumns = [], ageColumn = true }: AnyVersion): readonly PrinterColumn[] {
  const hasDate = printerColumns.some((column) => column.type === 'date' && (column.priority ?? 0) === 0)
  return hasDate || !ageColumn ? printerColumns : [...printerColumns, AGE]
}
