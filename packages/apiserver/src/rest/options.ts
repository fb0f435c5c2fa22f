import type { StatusCause } from '@kubewright/core'
import { badRequest, forbiddenValue, invalid, invalidValue, requiredValue, unsupportedValue } from '../status/index.ts'

export type FieldValidation = 'Ignore' | 'Warn' | 'Strict'

/** Options of create, update and patch. */
export interface MutationOptions {
  readonly dryRun: boolean
  readonly fieldValidation: FieldValidation
  readonly fieldManager: string
  readonly force: boolean
}

export interface ListOptions {
  readonly labelSelector: string
  readonly fieldSelector: string
  readonly limit: number
  readonly continueToken: string
  readonly resourceVersion: string
  readonly resourceVersionMatch: string
  readonly watch: boolean
  readonly allowWatchBookmarks: boolean
  readonly sendInitialEvents: boolean | undefined
  /** Seconds; undefined: the server chooses. */
  readonly timeoutSeconds: number | undefined
}

/** Go reads any text but these as true. */
function flag(query: URLSearchParams, name: string): boolean | undefined {
  const value = query.get(name)
  return value === null ? undefined : !(value === '0' || value.toLowerCase() === 'false')
}

export const isSet = (query: URLSearchParams, name: string): boolean => flag(query, name) === true

export function integer(query: URLSearchParams, name: string): number | undefined {
  const value = query.get(name)
  if (value === null) return undefined
  if (!/^[-+]?\d+$/.test(value)) throw badRequest(`strconv.ParseInt: parsing ${JSON.stringify(value)}: invalid syntax`)
  return Number(value)
}

const LONGEST_MANAGER = 128

export function dryRunCauses(values: readonly string[]): StatusCause[] {
  return values.some((value) => value !== 'All') ? [unsupportedValue('dryRun', values, ['All'])] : []
}

/** @throws Refusal 422, naming all that is wrong. `isApply`: undefined when the request is no patch. */
export function mutationOptions(
  query: URLSearchParams,
  userAgent: string,
  kind: 'CreateOptions' | 'UpdateOptions' | 'PatchOptions',
  isApply = false,
): MutationOptions {
  const dryRun = query.getAll('dryRun')
  const fieldValidation = query.get('fieldValidation') ?? ''
  const fieldManager = query.get('fieldManager') ?? ''
  const force = flag(query, 'force')
  const causes: StatusCause[] = []
  if (kind === 'PatchOptions') {
    if (isApply && fieldManager === '') causes.push(requiredValue('fieldManager', 'is required for apply patch'))
    if (!isApply && force !== undefined) causes.push(forbiddenValue('force', 'may not be specified for non-apply patch'))
  }
  if (fieldManager.length > LONGEST_MANAGER) {
    causes.push({ reason: 'FieldValueTooLong', message: `Too long: may not be more than ${LONGEST_MANAGER} bytes`, field: 'fieldManager' })
  }
  if (/[^\P{C}]/u.test(fieldManager)) causes.push(invalidValue('fieldManager', fieldManager, 'should only contain printable characters'))
  causes.push(...dryRunCauses(dryRun))
  if (!['', 'Ignore', 'Warn', 'Strict'].includes(fieldValidation)) {
    causes.push(unsupportedValue('fieldValidation', fieldValidation, ['', 'Ignore', 'Strict', 'Warn']))
  }
  if (causes.length > 0) throw invalid({ group: 'meta.k8s.io', kind }, '', causes)
  return {
    dryRun: dryRun.length > 0,
    fieldValidation: (fieldValidation || 'Warn') as FieldValidation,
    fieldManager: fieldManager || userAgent.split('/')[0]!.slice(0, LONGEST_MANAGER) || 'unknown',
    force: force ?? false,
  }
}

/** @throws Refusal 400, 422 */
export function listOptions(query: URLSearchParams, options: { readonly isWatch?: boolean } = {}): ListOptions {
  const watch = options.isWatch === true || flag(query, 'watch') === true
  const parsed: ListOptions = {
    labelSelector: query.get('labelSelector') ?? '',
    fieldSelector: query.get('fieldSelector') ?? '',
    limit: integer(query, 'limit') ?? 0,
    continueToken: query.get('continue') ?? '',
    resourceVersion: query.get('resourceVersion') ?? '',
    resourceVersionMatch: query.get('resourceVersionMatch') ?? '',
    watch,
    allowWatchBookmarks: flag(query, 'allowWatchBookmarks') ?? false,
    sendInitialEvents: flag(query, 'sendInitialEvents'),
    timeoutSeconds: integer(query, 'timeoutSeconds'),
  }
  const causes = watch ? watchCauses(parsed) : listCauses(parsed)
  if (causes.length > 0) throw invalid({ group: 'meta.k8s.io', kind: 'ListOptions' }, '', causes)
  return parsed
}

function listCauses({ resourceVersion, resourceVersionMatch: match, continueToken, sendInitialEvents }: ListOptions): StatusCause[] {
  const field = 'resourceVersionMatch'
  const causes: StatusCause[] = []
  if (sendInitialEvents !== undefined) causes.push(forbiddenValue('sendInitialEvents', 'sendInitialEvents is forbidden for list'))
  if (match === '') return causes
  if (resourceVersion === '') causes.push(forbiddenValue(field, 'resourceVersionMatch is forbidden unless resourceVersion is provided'))
  if (continueToken !== '') causes.push(forbiddenValue(field, 'resourceVersionMatch is forbidden when continue is provided'))
  if (match !== 'Exact' && match !== 'NotOlderThan') causes.push(unsupportedValue(field, match, ['Exact', 'NotOlderThan', '']))
  if (match === 'Exact' && resourceVersion === '0')
    causes.push(forbiddenValue(field, 'resourceVersionMatch "exact" is forbidden for resourceVersion "0"'))
  return causes
}

function watchCauses({ resourceVersionMatch: match, continueToken, sendInitialEvents }: ListOptions): StatusCause[] {
  const field = 'resourceVersionMatch'
  const causes: StatusCause[] = []
  if (sendInitialEvents !== undefined && match === '')
    causes.push(forbiddenValue(field, 'sendInitialEvents requires setting resourceVersionMatch to NotOlderThan'))
  if (match === '') return causes
  if (sendInitialEvents === undefined)
    causes.push(forbiddenValue(field, 'resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided'))
  if (match !== 'NotOlderThan') {
    if (sendInitialEvents !== undefined)
      causes.push(forbiddenValue(field, 'sendInitialEvents requires setting resourceVersionMatch to NotOlderThan'))
    causes.push(unsupportedValue(field, match, ['NotOlderThan']))
  }
  if (continueToken !== '') causes.push(forbiddenValue(field, 'resourceVersionMatch is forbidden when continue is provided'))
  return causes
}
