import { s3Error } from '../protocol/api-error.ts'
import { child, childrenOf, type Element, element, textOf } from '../protocol/xml.ts'
import type { Check } from './configuration-checks.ts'

const ACTIONS = ['Expiration', 'NoncurrentVersionExpiration', 'AbortIncompleteMultipartUpload', 'Transition', 'NoncurrentVersionTransition']
const DAYS = ['Days', 'NoncurrentDays', 'DaysAfterInitiation']

export const checkLifecycle: Check = (root, { store }) => {
  const { lifecycle } = store.dialect
  const rules = childrenOf(root, 'Rule')
  if (rules.length === 0 && lifecycle.empty !== undefined) throw s3Error(lifecycle.empty)
  if (rules.length > 1000) throw s3Error('InvalidRequest')
  const ids = rules.flatMap((rule) => textOf(rule, 'ID') ?? [])
  if (lifecycle.duplicateIds !== undefined && new Set(ids).size < ids.length)
    throw s3Error(lifecycle.duplicateIds, 'Rule ID must be unique.')
  for (const rule of rules) {
    checkRule(rule)
    const actions = rule.children.filter(({ name }) => ACTIONS.includes(name))
    if (actions.length === 0 && lifecycle.noAction !== undefined)
      throw s3Error(lifecycle.noAction, 'At least one action needs to be specified in a rule')
    const days = actions.flatMap(({ children }) => children.filter(({ name }) => DAYS.includes(name)))
    // A transition may come on the day of the upload.
    const counted = actions.some(({ name }) => name.endsWith('Transition')) ? [] : days
    if (lifecycle.zeroDays !== undefined && counted.some(({ text }) => !/^[1-9]\d*$/.test(text)))
      throw s3Error(lifecycle.zeroDays, "'Days' for Expiration action must be a positive integer")
    if (actions.some(({ name }) => name.endsWith('Transition')) && lifecycle.transitions !== 'ok') throw s3Error(lifecycle.transitions)
    if (lifecycle.abortUploads !== undefined && actions.some(({ name }) => name === 'AbortIncompleteMultipartUpload')) {
      throw s3Error(lifecycle.abortUploads)
    }
  }
  return lifecycle.rewrite(root, () => store.directory.ids.hex(48))
}

function checkRule(rule: Element): void {
  if (!['Enabled', 'Disabled'].includes(textOf(rule, 'Status') ?? '')) throw s3Error('MalformedXML')
  if ((textOf(rule, 'ID') ?? '').length > 255) throw s3Error('InvalidArgument', 'ID length should not exceed allowed limit of 255')
  const filter = child(rule, 'Filter')
  if (filter !== undefined && child(rule, 'Prefix') !== undefined) throw s3Error('MalformedXML')
  if ((filter?.children.length ?? 0) > 1) throw s3Error('MalformedXML')
  const expiration = child(rule, 'Expiration') ?? element('')
  const date = textOf(expiration, 'Date')
  if (date !== undefined && !/^\d{4}-\d\d-\d\dT00:00:00(?:\.0+)?Z$/.test(date))
    throw s3Error('InvalidArgument', "'Date' must be at midnight GMT")
  if (['Days', 'Date', 'ExpiredObjectDeleteMarker'].filter((name) => child(expiration, name) !== undefined).length > 1)
    throw s3Error('MalformedXML')
  const tagged =
    filter !== undefined && (child(filter, 'Tag') !== undefined || childrenOf(child(filter, 'And') ?? element(''), 'Tag').length > 0)
  if (tagged && child(rule, 'AbortIncompleteMultipartUpload') !== undefined)
    throw s3Error('InvalidRequest', 'AbortIncompleteMultipartUpload cannot be specified with Tags.')
}
