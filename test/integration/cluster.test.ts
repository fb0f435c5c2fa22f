// The test cluster itself: what every other file here relies on.
import { existsSync, readFileSync, statSync } from 'node:fs'
import { ConfigMap, connect } from '@kubewright/client'
import { isConnectionRefused } from '@kubewright/core'
import { startTestCluster } from '@kubewright/testing'
import { expect, test } from 'vitest'
import { configMap, failure, useCluster } from './harness.ts'

const bench = useCluster()

test('it is of the kind that the environment asks for', () => {
  expect(bench.cluster.kind).toBe(process.env['KUBEWRIGHT_TEST_SERVER'] || 'embedded')
})

test('its kubeconfig connects a program, and only its owner may read it', async () => {
  const { kubeconfig, kubeconfigPath } = bench.cluster
  expect(readFileSync(kubeconfigPath, 'utf8')).toBe(kubeconfig)
  expect(statSync(kubeconfigPath).mode & 0o077).toBe(0)
  const client = await connect({ kubeconfig: kubeconfigPath })
  try {
    expect(await client.request('GET', '/version')).toMatchObject({ major: '1', gitVersion: expect.stringMatching(/^v1\.36\./) as unknown })
  } finally {
    await client.close()
  }
})

test('it listens on the loopback address', () => {
  expect(new URL(bench.cluster.connection.server).hostname).toBe('127.0.0.1')
})

test('stopped and started again it has the same address and the same objects, and refuses connections between', async () => {
  const namespace = await bench.namespace()
  const configMaps = await bench.configMaps()
  const before = await configMaps.create(configMap(namespace, 'a'))
  await bench.cluster.stopServer()
  const away = bench.cluster.client()
  const error = await failure(away.request('GET', '/version'))
  expect(isConnectionRefused(error)).toBe(true)
  await bench.cluster.startServer()
  expect(await configMaps.get({ namespace, name: 'a' })).toEqual(before)
})

test('after its stop nothing of it is left', async () => {
  const cluster = await startTestCluster()
  const client = cluster.client()
  await (await client.resource(ConfigMap)).list({ namespace: 'default' })
  await cluster.stop()
  await cluster.stop()
  expect(existsSync(cluster.kubeconfigPath)).toBe(false)
  const again = await connect({ kubeconfigText: cluster.kubeconfig })
  try {
    expect(isConnectionRefused(await failure(again.request('GET', '/version')))).toBe(true)
  } finally {
    await again.close()
  }
})
