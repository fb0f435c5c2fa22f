import type { Client } from '@kubewright/client'
import { ApiError } from '@kubewright/core'
import { createLogger } from '@kubewright/runtime'
import { expect, test } from 'vitest'
import { checkNamespaces } from './namespace-check.ts'

const refusal = (code: number, reason: string) => new ApiError({ code, reason, message: reason, status: 'Failure' } as never)

async function toldOf(namespaces: readonly string[], { inCluster = false } = {}): Promise<readonly unknown[]> {
  const lines: string[] = []
  const request = async (_: string, path: string) => {
    if (path.endsWith('/shop')) return {}
    throw path.endsWith('/vault') ? refusal(403, 'Forbidden') : refusal(404, 'NotFound')
  }
  const log = createLogger({ destination: { write: (line: string) => lines.push(line) } })
  await checkNamespaces({ inCluster, request } as unknown as Client, namespaces, log, new AbortController().signal)
  return lines.map((line) => (JSON.parse(line) as { readonly namespace: string }).namespace)
}

test('a namespace that is not there is told of, and each of several', async () => {
  expect(await toldOf(['shop', 'shopp', 'ofice'])).toEqual(['shopp', 'ofice'])
})

test('one that may not be looked at is nobody’s mistake', async () => expect(await toldOf(['vault'])).toEqual([]))

test('in a cluster nothing is asked', async () => expect(await toldOf(['shopp'], { inCluster: true })).toEqual([]))

test('all namespaces are always there', async () => expect(await toldOf([])).toEqual([]))
