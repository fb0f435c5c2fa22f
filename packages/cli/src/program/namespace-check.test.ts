import type { Client } from '@kubewright/client'
import { ApiError } from '@kubewright/core'
import { createLogger } from '@kubewright/runtime'
import { expect, test } from 'vitest'
import { checkNamespaces } from './namespace-check.ts'

const refusal = (code: number, reason: string) => new ApiError({ code, reason, message: reason, status: 'Failure' })

interface Review {
  readonly spec: { readonly resourceAttributes: { readonly name: string } }
}

/** `shop` is the only namespace; `vault` may not be looked at. */
async function toldOf(namespaces: readonly string[], { inCluster = false } = {}) {
  const lines: string[] = []
  const asked: string[] = []
  const request = async (...[, , { body }]: [method: string, path: string, { readonly body: Review }]) => ({
    status: { allowed: body.spec.resourceAttributes.name !== 'vault' },
  })
  const resource = async ({ kind }: { readonly kind: string }) => ({
    get: async ({ name }: { readonly name: string }) => {
      asked.push(`${kind} ${name}`)
      if (name !== 'shop') throw refusal(404, 'NotFound')
      return {}
    },
  })
  const log = createLogger({ destination: { write: (line: string) => lines.push(line) } })
  await checkNamespaces({ inCluster, request, resource } as unknown as Client, namespaces, log, new AbortController().signal)
  return { told: lines.map((line) => (JSON.parse(line) as { readonly namespace: string }).namespace), asked }
}

test('a namespace that is not there is told of, and each of several', async () => {
  expect((await toldOf(['shop', 'shopp', 'ofice'])).told).toEqual(['shopp', 'ofice'])
})

test('one that may not be looked at is nobody’s mistake, and is not looked at', async () =>
  expect(await toldOf(['vault'])).toEqual({ told: [], asked: [] }))

test('in a cluster nothing is asked', async () => expect(await toldOf(['shopp'], { inCluster: true })).toEqual({ told: [], asked: [] }))

test('all namespaces are always there', async () => expect(await toldOf([])).toEqual({ told: [], asked: [] }))
