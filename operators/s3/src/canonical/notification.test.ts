import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { canonicalNotification, notificationConfiguration } from './notification.ts'

const [queue, topic] = ['arn:aws:sqs:us-east-1:123456789012:new', 'arn:aws:sns:us-east-1:123456789012:all']
const none = { topics: [], queues: [], functions: [], eventBridge: false }
const images = { arn: queue, events: ['s3:ObjectRemoved:*', 's3:ObjectCreated:*'], prefix: 'in/', suffix: '.jpg' }
const all = { arn: topic, events: ['s3:ObjectCreated:*'] }

describe('notifications', () => {
  test('are sent in the words of S3, and nothing that is not said', () => {
    expect(notificationConfiguration({ ...none, queues: [images], topics: [all] })).toEqual({
      TopicConfigurations: [{ TopicArn: topic, Events: ['s3:ObjectCreated:*'] }],
      QueueConfigurations: [
        {
          QueueArn: queue,
          Events: ['s3:ObjectRemoved:*', 's3:ObjectCreated:*'],
          Filter: {
            Key: {
              FilterRules: [
                { Name: 'prefix', Value: 'in/' },
                { Name: 'suffix', Value: '.jpg' },
              ],
            },
          },
        },
      ],
    })
    expect(notificationConfiguration({ ...none, eventBridge: true })).toEqual({ EventBridgeConfiguration: {} })
    expect(notificationConfiguration(none)).toEqual({})
  })

  test('mean the same with what servers make of them: ids, the order of events and of receivers, names of filters in capitals, empty filters', () => {
    const answer = {
      $metadata: {},
      TopicConfigurations: [],
      QueueConfigurations: [
        { Id: '2', QueueArn: queue, Events: ['s3:ObjectRemoved:*'], Filter: { Key: { FilterRules: [] } } },
        {
          Id: '1',
          QueueArn: queue,
          Events: ['s3:ObjectCreated:*', 's3:ObjectRemoved:*'],
          Filter: {
            Key: {
              FilterRules: [
                { Name: 'Suffix', Value: '.jpg' },
                { Name: 'Prefix', Value: 'in/' },
              ],
            },
          },
        },
      ],
    }
    const sent = notificationConfiguration({ ...none, queues: [images, { arn: queue, events: ['s3:ObjectRemoved:*'], prefix: '' }] })
    expect(canonicalNotification(answer)).toEqual(canonicalNotification(sent))
  })

  test('are others with another receiver, event, filter or sort of receiver', () => {
    const meanings = [
      { ...none, queues: [images] },
      { ...none, queues: [{ ...images, arn: `${queue}-2` }] },
      { ...none, queues: [{ ...images, events: ['s3:ObjectCreated:*'] }] },
      { ...none, queues: [{ ...images, suffix: '.png' }] },
      { ...none, topics: [images] },
      { ...none, functions: [images] },
      { ...none, queues: [images], eventBridge: true },
      none,
    ].map((spec) => JSON.stringify(canonicalNotification(notificationConfiguration(spec))))
    expect(new Set(meanings).size).toBe(meanings.length)
  })

  test('of which there are none are Off, whatever a server answers for that', () => {
    for (const answer of [undefined, {}, { $metadata: {} }, { QueueConfigurations: [] }, notificationConfiguration(none)])
      expect(canonicalNotification(answer)).toBe('Off')
  })

  test('have one meaning in whatever order they are said', () => {
    const target = fc.record({
      arn: fc.constantFrom(queue, topic),
      events: fc.uniqueArray(fc.constantFrom('s3:ObjectCreated:*', 's3:ObjectRemoved:*', 's3:ObjectRestore:Post'), { minLength: 1 }),
      prefix: fc.constantFrom('a/', 'b/'),
    })
    fc.assert(
      fc.property(fc.array(target, { maxLength: 4 }), (queues) => {
        const meaning = (list: typeof queues) => canonicalNotification(notificationConfiguration({ ...none, queues: list }))
        const turned = queues.toReversed().map((each) => ({ ...each, events: each.events.toReversed() }))
        expect(meaning(turned)).toEqual(meaning(queues))
      }),
    )
  })
})
