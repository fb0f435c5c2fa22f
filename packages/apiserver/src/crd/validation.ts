import { deepEqual, dns1035LabelErrors, dnsSubdomainErrors, messageOf, parseJsonPath, type StatusCause } from '@kubewright/core'
import { checkStructural, type Schema } from '../schema/index.ts'
import { duplicateValue, forbiddenValue, immutableField, invalidValue, requiredValue, unsupportedValue } from '../status/index.ts'
import type { PrinterColumn } from '../table/index.ts'
import { validateClientConfig } from '../webhooks/client-config.ts'
import type { CustomResourceDefinition, DefinitionNames, DefinitionVersion } from './definition.ts'

const APPROVAL = 'api-approved.kubernetes.io'

export function validateDefinition(crd: CustomResourceDefinition): StatusCause[] {
  const { spec, metadata } = crd
  const { names } = spec
  const causes: StatusCause[] = []
  if (metadata.name !== `${names.plural}.${spec.group}`) {
    causes.push(invalidValue('metadata.name', metadata.name ?? '', 'must be spec.names.plural+"."+spec.group'))
  }
  causes.push(...validateGroup(crd))
  if (!SCOPES.includes(spec.scope)) causes.push(unsupportedValue('spec.scope', spec.scope ?? '', SCOPES))
  causes.push(...validateVersions(spec.versions ?? []), ...validateNames(names), ...validateConversion(crd))
  if ((crd.status?.storedVersions ?? []).length === 0)
    causes.push(invalidValue('status.storedVersions', crd.status?.storedVersions ?? [], 'must have at least one stored version'))
  return causes
}

const SCOPES = ['Cluster', 'Namespaced']

function validateGroup({ spec: { group }, metadata }: CustomResourceDefinition): StatusCause[] {
  if (!group) return [requiredValue('spec.group')]
  const causes = dnsSubdomainErrors(group).map((problem) => invalidValue('spec.group', group, problem))
  if (!group.includes('.')) causes.push(invalidValue('spec.group', group, 'should be a domain with at least one dot'))
  const isProtected = /(^|\.)(k8s|kubernetes)\.io$/.test(group)
  if (isProtected && metadata.annotations?.[APPROVAL] === undefined) {
    const rule = `protected groups must have approval annotation "${APPROVAL}", see https://github.com/kubernetes/enhancements/pull/1111`
    causes.push(requiredValue(`metadata.annotations[${APPROVAL}]`, rule))
  }
  return causes
}

function validateVersions(versions: readonly DefinitionVersion[]): StatusCause[] {
  const places = placesOf(versions)
  const causes = versions.flatMap((version, index) => validateVersion(version, `spec.versions[${index}]`, index === 0, places))
  versions.forEach(({ name }, index) => {
    if (versions.findIndex((each) => each.name === name) < index) causes.push(duplicateValue(`spec.versions[${index}].name`, name))
  })
  if (versions.filter(({ storage }) => storage).length !== 1) {
    // The real server shows the versions' whole schemas here, in its internal form; their names say as much.
    causes.push(
      invalidValue(
        'spec.versions',
        versions.map(({ name }) => name),
        'must have exactly one version marked as storage version',
      ),
    )
  }
  return causes
}

/** What versions may have in common: the API server then keeps it once, checks it once, and names it where it keeps it. */
const COMMON = {
  schema: 'spec.validation',
  subresources: 'spec.subresources',
  additionalPrinterColumns: 'spec.additionalPrinterColumns',
  selectableFields: 'spec.selectableFields',
} as const

type Places = Readonly<Record<keyof typeof COMMON, string | undefined>>

/** Where that stands which all versions have in common; undefined: each version has its own. */
function placesOf([first, ...others]: readonly DefinitionVersion[]): Places {
  const shared = (part: keyof typeof COMMON) => (others.every((other) => deepEqual(other[part], first?.[part])) ? COMMON[part] : undefined)
  return {
    // A schema that is missing is missing in each version.
    schema: first?.schema?.openAPIV3Schema === undefined ? undefined : shared('schema'),
    subresources: shared('subresources'),
    additionalPrinterColumns: shared('additionalPrinterColumns'),
    selectableFields: shared('selectableFields'),
  }
}

function validateVersion(version: DefinitionVersion, field: string, isFirst: boolean, places: Places): StatusCause[] {
  const causes = dns1035LabelErrors(version.name ?? '').map((problem) => invalidValue(`${field}.name`, version.name ?? '', problem))
  if (version.deprecationWarning !== undefined && version.deprecated !== true) {
    causes.push(invalidValue(`${field}.deprecationWarning`, version.deprecationWarning, 'can only be set for deprecated versions'))
  }
  const part = (name: keyof typeof COMMON, check: (at: string) => readonly StatusCause[]) => {
    const shared = places[name]
    if (shared === undefined || isFirst) causes.push(...check(shared ?? `${field}.${name}`))
  }
  part('schema', (at) => {
    const schema = version.schema?.openAPIV3Schema
    return schema === undefined ? [requiredValue(`${at}.openAPIV3Schema`)] : checkStructural(schema, `${at}.openAPIV3Schema`)
  })
  part('additionalPrinterColumns', (at) => validateColumns(version.additionalPrinterColumns ?? [], at))
  part('selectableFields', (at) => validateSelectable(version, at))
  part('subresources', (at) => validateScale(version, `${at}.scale`))
  return causes
}

function validateScale({ subresources }: DefinitionVersion, field: string): StatusCause[] {
  const scale = subresources?.scale
  if (scale === undefined) return []
  const paths = [
    ['specReplicasPath', '.spec.'],
    ['statusReplicasPath', '.status.'],
  ] as const
  return paths.flatMap(([name, prefix]) => {
    const path = scale[name]
    if (!path) return [requiredValue(`${field}.${name}`)]
    return path.startsWith(prefix) ? [] : [invalidValue(`${field}.${name}`, path, `should be a json path under ${prefix.slice(0, -1)}`)]
  })
}

const COLUMN_TYPES = ['boolean', 'date', 'integer', 'number', 'string']
const COLUMN_FORMATS = ['byte', 'date', 'date-time', 'double', 'float', 'int32', 'int64', 'password']

function validateColumns(columns: readonly PrinterColumn[], field: string): StatusCause[] {
  return columns.flatMap(({ name, type, format, jsonPath }, index) => {
    const at = `${field}[${index}]`
    const causes: StatusCause[] = []
    if (!name) causes.push(requiredValue(`${at}.name`))
    if (!type) causes.push(requiredValue(`${at}.type`, `must be one of ${COLUMN_TYPES.join(',')}`))
    else if (!COLUMN_TYPES.includes(type)) causes.push(invalidValue(`${at}.type`, type, `must be one of ${COLUMN_TYPES.join(',')}`))
    if (format && !COLUMN_FORMATS.includes(format))
      causes.push(invalidValue(`${at}.format`, format, `must be one of ${COLUMN_FORMATS.join(',')}`))
    if (!jsonPath) causes.push(requiredValue(`${at}.JSONPath`))
    else if (!jsonPath.startsWith('.')) causes.push(invalidValue(`${at}.JSONPath`, jsonPath, 'must be a simple json path starting with .'))
    else causes.push(...malformedPath(jsonPath, `${at}.JSONPath`))
    return causes
  })
}

function malformedPath(path: string, field: string): StatusCause[] {
  try {
    parseJsonPath(path)
    return []
  } catch (error) {
    return [invalidValue(field, path, `is an invalid json path: ${messageOf(error)}`)]
  }
}

/** Fields can be selected by that the schema knows, and that have one simple value. */
function validateSelectable({ selectableFields = [], schema }: DefinitionVersion, field: string): StatusCause[] {
  return selectableFields.flatMap(({ jsonPath }, index) => {
    const at = `${field}[${index}].jsonPath`
    if (!jsonPath) return [requiredValue(at)]
    const found = jsonPath
      .split('.')
      .slice(1)
      .reduce<Schema | undefined>((part, name) => part?.properties?.[name], schema?.openAPIV3Schema)
    if (found === undefined) return [invalidValue(at, jsonPath, 'is an invalid path: does not refer to a valid field')]
    return ['string', 'integer', 'boolean'].includes(String(found.type))
      ? []
      : [invalidValue(at, jsonPath, 'must point to a field of type string, boolean or integer')]
  })
}

function validateNames(names: DefinitionNames): StatusCause[] {
  const at = (name: string) => `spec.names.${name}`
  const label = (name: string, value: string) => dns1035LabelErrors(value).map((problem) => invalidValue(at(name), value, problem))
  const kindName = (name: string, value: string) =>
    dns1035LabelErrors(value.toLowerCase()).map((problem) =>
      invalidValue(at(name), value, `may have mixed case, but should otherwise match: ${problem}`),
    )
  const causes = names.plural ? label('plural', names.plural) : [requiredValue(at('plural'))]
  if (names.singular) causes.push(...label('singular', names.singular))
  causes.push(...(names.kind ? kindName('kind', names.kind) : [requiredValue(at('kind'))]))
  if (names.listKind) causes.push(...kindName('listKind', names.listKind))
  for (const list of ['shortNames', 'categories'] as const) {
    ;(names[list] ?? []).forEach((value, index) => {
      causes.push(...label(`${list}[${index}]`, value))
    })
  }
  if (names.listKind && names.listKind === names.kind)
    causes.push(invalidValue(at('listKind'), names.listKind, 'kind and listKind may not be the same'))
  return causes
}

function validateConversion({ spec }: CustomResourceDefinition): StatusCause[] {
  const { strategy = 'None', webhook } = spec.conversion ?? {}
  const causes = spec.preserveUnknownFields === true ? [invalidValue('spec.preserveUnknownFields', true, 'must be false')] : []
  // The fields have the names of an older version of the API here, as on the real server.
  const config = 'spec.conversion.webhookClientConfig'
  const reviews = 'spec.conversion.conversionReviewVersions'
  switch (strategy) {
    case 'None':
      if (webhook?.clientConfig !== undefined) causes.push(forbiddenValue(config, 'should not be set when strategy is not set to Webhook'))
      if (webhook?.conversionReviewVersions?.length)
        causes.push(forbiddenValue(reviews, 'should not be set when strategy is not set to Webhook'))
      return causes
    case 'Webhook':
      return [
        ...causes,
        ...(webhook?.clientConfig === undefined
          ? [requiredValue(config, 'required when strategy is set to Webhook')]
          : validateClientConfig(webhook.clientConfig, config)),
        ...validateReviewVersions(webhook?.conversionReviewVersions ?? [], reviews),
      ]
    default:
      return [...causes, unsupportedValue('spec.conversion.strategy', strategy, ['None', 'Webhook'])]
  }
}

function validateReviewVersions(versions: readonly string[], field: string): StatusCause[] {
  if (versions.length === 0) return [requiredValue(field)]
  const causes = versions.flatMap((version, index) =>
    versions.indexOf(version) < index
      ? [invalidValue(`${field}[${index}]`, version, 'duplicate version')]
      : dns1035LabelErrors(version).map((problem) => invalidValue(`${field}[${index}]`, version, problem)),
  )
  if (!versions.some((version) => version === 'v1' || version === 'v1beta1'))
    causes.push(invalidValue(field, versions, 'must include at least one of v1, v1beta1'))
  return causes
}

export function validateDefinitionUpdate(crd: CustomResourceDefinition, old: CustomResourceDefinition): StatusCause[] {
  const causes: StatusCause[] = []
  if (crd.spec.scope !== old.spec.scope) causes.push(immutableField('spec.scope', crd.spec.scope))
  if (crd.spec.group !== old.spec.group) causes.push(immutableField('spec.group', crd.spec.group))
  if (crd.spec.names.plural !== old.spec.names.plural) causes.push(immutableField('spec.names.plural', crd.spec.names.plural))
  const names = new Set((crd.spec.versions ?? []).map(({ name }) => name))
  const missing = (crd.status?.storedVersions ?? []).filter((name) => !names.has(name))
  if (missing.length > 0) {
    causes.push(
      invalidValue(
        `status.storedVersions[0]`,
        missing[0],
        'missing from spec.versions; v1 was previously a storage version, and must remain in spec.versions until a storage migration ensures no data remains persisted in v1 and removes v1 from status.storedVersions'.replaceAll(
          'v1',
          missing[0]!,
        ),
      ),
    )
  }
  return causes
}
