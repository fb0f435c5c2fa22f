import type { Client } from '@kubewright/client'
import { ApiError, applyJsonPatch, isJsonPatchError, type JsonPatchOperation, type KubeObject } from '@kubewright/core'
import { describe, expect, test } from 'vitest'
import { ValidatingWebhookConfiguration } from './kinds.ts'
import { configurationTarget, conversionTarget } from './trust.ts'

const never = new AbortController().signal
const BUNDLE = Buffer.from('PEM').toString('base64')

/** One object behind a client; `meddle` happens before each of the first writes. */
function held(object: KubeObject | undefined, meddle: (object: KubeObject) => KubeObject = (same) => same, times = 0) {
  let current = object
  let meddled = 0
  const state = { writes: 0, current: () => current }
  const resource = {
    async get() {
      if (current === undefined) throw new ApiError({ code: 404, reason: 'NotFound' })
      return current
    },
    async patch(_: unknown, { body }: { readonly body: readonly JsonPatchOperation[] }) {
      if (meddled++ < times) current = meddle(current!)
      try {
        current = applyJsonPatch(current, body) as KubeObject
      } catch (error) {
        if (isJsonPatchError(error)) throw new ApiError({ code: 422, reason: 'Invalid' })
        throw error
      }
      state.writes++
      return current
    },
  }
  return { state, client: { resource: async () => resource } as unknown as Client }
}

const configuration = (bundles: readonly (string | undefined)[], resourceVersion = '1') => ({
  metadata: { name: 'shop', resourceVersion },
  webhooks: bundles.map((caBundle) => ({ clientConfig: { url: 'https://a', ...(caBundle !== undefined && { caBundle }) } })),
})

describe('a webhook configuration', () => {
  test('trusts in all of its webhooks, and is not written when it does', async () => {
    const { state, client } = held(configuration([undefined, 'old', BUNDLE]))
    const target = configurationTarget(client, ValidatingWebhookConfiguration, 'shop')
    expect([await target.trust('PEM', never), await target.trust('PEM', never)]).toEqual(['corrected', 'trusts'])
    expect(state.current()).toEqual(configuration([BUNDLE, BUNDLE, BUNDLE]))
    expect(state.writes).toBe(1)
  })

  test('that changes at that moment is looked at again: positions in a list are no names', async () => {
    const { state, client } = held(configuration(['old']), () => configuration([BUNDLE, 'new'], '2'), 1)
    expect(await configurationTarget(client, ValidatingWebhookConfiguration, 'shop').trust('PEM', never)).toBe('corrected')
    expect(state.current()).toEqual(configuration([BUNDLE, BUNDLE], '2'))
  })

  test('that is fought over is given up for now', async () => {
    let version = 1
    const { client } = held(configuration(['old']), () => configuration(['old'], String(++version)), 1_000)
    await expect(configurationTarget(client, ValidatingWebhookConfiguration, 'shop').trust('PEM', never)).rejects.toMatchObject({
      code: 422,
    })
  })

  test('that is not there is missing', async () => {
    const target = configurationTarget(held(undefined).client, ValidatingWebhookConfiguration, 'shop')
    expect([target.name, await target.trust('PEM', never)]).toEqual(['ValidatingWebhookConfiguration shop', 'missing'])
  })
})

describe('a CRD', () => {
  const definition = (conversion?: object): KubeObject => ({
    metadata: { resourceVersion: '1' },
    ...{ spec: { ...(conversion && { conversion }) } },
  })
  test('trusts where it converts by webhook', async () => {
    const { state, client } = held(definition({ strategy: 'Webhook', webhook: { clientConfig: { url: 'https://a' } } }))
    expect(await conversionTarget(client, 'shops.example.dev').trust('PEM', never)).toBe('corrected')
    expect(state.current()).toMatchObject({ spec: { conversion: { webhook: { clientConfig: { url: 'https://a', caBundle: BUNDLE } } } } })
  })

  test('is left alone where it does not', async () => {
    expect(await conversionTarget(held(definition()).client, 'x').trust('PEM', never)).toBe('trusts')
    expect(await conversionTarget(held(definition({ strategy: 'None' })).client, 'x').trust('PEM', never)).toBe('trusts')
  })
})
