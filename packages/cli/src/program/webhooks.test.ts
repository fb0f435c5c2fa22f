import { webhooks } from '@kubewright/webhook'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { defineOperator } from '../operator.ts'
import { RUN_SETTINGS } from '../settings/program.ts'
import { servesWebhooks, webhookServerOf } from './webhooks.ts'

const Shop = { group: 'example.dev', version: 'v1', kind: 'Shop', plural: 'shops', namespaced: true }
const hooks = webhooks(Shop, { validate() {} })
const parts = { name: 'shop', operators: [], controllers: [], webhooks: [], conversions: [] }
const serverFor = (given: object, more: object = {}) => webhookServerOf({ ...parts, ...more }, RUN_SETTINGS.parse(given), 'ns')

test('a program without webhooks serves none', () => {
  expect(serverFor({})).toBeUndefined()
  expect(serverFor({ webhookPort: 1234 })).toBeUndefined()
})

test('an operator that says nothing of hooks has none to serve, so that no address is guessed for them', () => {
  const operators = [defineOperator({ name: 'x', description: 'x', kinds: [], config: z.object({}), setup() {} })]
  const settings = RUN_SETTINGS.parse({})
  expect(servesWebhooks({ ...parts, operators: operators as never }, settings)).toBe(false)
  expect(servesWebhooks({ ...parts, webhooks: [hooks] }, settings)).toBe(true)
})

test.each([
  [{ webhookCertDir: 'x' }, '--webhook-cert-dir: this program has no webhooks'],
  [{ webhookUrl: 'https://a' }, '--webhook-url: this program has no webhooks'],
  [{ webhookService: 'a' }, '--webhook-service: this program has no webhooks'],
])('%j is refused where there are none', (given, problem) => expect(() => serverFor(given)).toThrow(problem))

test('those of operators and those given alone are served together, before the caches, with or without leadership', () => {
  expect(serverFor({}, { webhooks: [hooks] })).toMatchObject({ servesWebhooks: true, needsLeaderElection: false })
  expect(serverFor({}, { operators: [{ name: 'x', webhooks: [hooks] }] })).toBeDefined()
  expect(() => serverFor({}, { webhooks: [hooks], operators: [{ name: 'x', webhooks: [hooks] }] })).toThrow(
    'two definitions are for one path',
  )
})

test('an operator whose hooks depend on its settings is asked for them', () => {
  const given: unknown[] = []
  const operator = {
    name: 'x',
    config: z.object({ most: z.int() }),
    webhooks: [],
    webhooksWith: (config: unknown) => {
      given.push(config)
      return [hooks]
    },
  }
  const settings = { ...RUN_SETTINGS.parse({}), xMost: 3 }
  expect(webhookServerOf({ ...parts, operators: [operator as never] }, settings, 'ns')).toBeDefined()
  expect(given).toEqual([{ most: 3 }])
})

test('a URL that is none is refused', () => {
  expect(() => serverFor({ webhookUrl: 'http://a' }, { webhooks: [hooks] })).toThrow('is not https')
})
