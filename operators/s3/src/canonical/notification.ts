import type { BucketSpec } from '../kinds/bucket.ts'
import { type Fields, fieldsOf, listOf, text } from './fields.ts'
import { type Json, textOf } from './json.ts'
import { asSet, sortedBy } from './order.ts'

type Notification = NonNullable<BucketSpec['notification']>
type Target = Notification['queues'][number]

/** Where each sort of receiver stands, and how it is named there. */
const SORTS = [
  { of: 'topics', list: 'TopicConfigurations', arn: 'TopicArn' },
  { of: 'queues', list: 'QueueConfigurations', arn: 'QueueArn' },
  { of: 'functions', list: 'LambdaFunctionConfigurations', arn: 'LambdaFunctionArn' },
] as const

export function notificationConfiguration(spec: Notification): Fields {
  const lists = SORTS.filter(({ of }) => spec[of].length > 0).map(
    ({ of, list, arn }) => [list, spec[of].map((target) => ({ [arn]: target.arn, Events: target.events, ...filterOf(target) }))] as const,
  )
  return { ...Object.fromEntries(lists), ...(spec.eventBridge && { EventBridgeConfiguration: {} }) }
}

function filterOf({ prefix, suffix }: Target): Fields {
  const rules = Object.entries({ prefix, suffix }).flatMap(([Name, Value]) => (Value ? [{ Name, Value }] : []))
  return rules.length === 0 ? {} : { Filter: { Key: { FilterRules: rules } } }
}

/** A set of receivers. Servers give each an id, and AWS writes the names of filters in capitals. */
export function canonicalNotification(answer: unknown): Json {
  const configuration = fieldsOf(answer)
  const targets = SORTS.flatMap(({ of, list, arn }) =>
    listOf(configuration[list]).map((each) => ({
      ...{ of, arn: text(each[arn]), events: asSet(listOfTexts(each['Events'])) },
      filter: canonicalFilter(each['Filter']),
    })),
  )
  const eventBridge = configuration['EventBridgeConfiguration'] !== undefined
  return targets.length === 0 && !eventBridge ? 'Off' : { targets: sortedBy(targets, textOf), eventBridge }
}

const canonicalFilter = (filter: unknown): Json =>
  Object.fromEntries(
    listOf(fieldsOf(fieldsOf(filter)['Key'])['FilterRules']).flatMap(({ Name, Value }) =>
      text(Value) === undefined ? [] : [[(text(Name) ?? '').toLowerCase(), text(Value)!] as const],
    ),
  )

const listOfTexts = (value: unknown): readonly string[] =>
  (Array.isArray(value) ? (value as readonly unknown[]) : []).filter((each) => typeof each === 'string')
