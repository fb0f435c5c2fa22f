import type { KubeObject } from '@kubewright/core'
import { settle, virtualClock } from '@kubewright/testing/virtual-clock'
import { afterEach, expect, test } from 'vitest'
import { type Program, startProgram, Website, website } from '../fake/program.ts'
import { controller } from './definition.ts'

const programs: Program[] = []
afterEach(async () => {
  for (const program of programs.splice(0)) await program.stop()
})

const OURS = 'example.dev/website'
const isManaged = ({ metadata }: KubeObject) => metadata.annotations?.['manage'] === 'true'
const managed = { annotations: { manage: 'true' } }

/** A controller of some of the objects, and what it was called for. */
async function start(...objects: readonly ReturnType<typeof website>[]) {
  const calls: string[] = []
  const program = await startProgram(
    [
      controller<Website>(Website, {
        manages: isManaged,
        reconcile: ({ request }) => void calls.push(`reconcile ${request.name}`),
        cleanup: ({ request }) => void calls.push(`cleanup ${request.name}`),
      }),
    ],
    { clock: virtualClock(), prepare: (server) => objects.forEach((object) => void server.put(Website, object)) },
  )
  programs.push(program)
  await settle()
  const find = (name: string) => program.server.find('Website.example.dev/v1', `shop/${name}`)
  return { ...program, calls, find }
}

test('objects that are not managed are left alone: no finalizer, no reconcile', async () => {
  const { calls, find } = await start(website('plain'), website('ours', 'nginx', managed))
  expect(calls).toEqual(['reconcile ours'])
  expect(find('plain')?.metadata.finalizers ?? []).toEqual([])
  expect(find('ours')?.metadata.finalizers).toEqual([OURS])
})

test('one that is managed no longer is cleaned up, loses the finalizer, and is left alone from then on', async () => {
  const { calls, find, server } = await start(website('ours', 'nginx', managed))
  const { uid, finalizers } = find('ours')!.metadata
  server.put(Website, website('ours', 'nginx', { uid: uid!, finalizers: finalizers! }))
  await settle()
  expect(calls).toEqual(['reconcile ours', 'cleanup ours'])
  expect(find('ours')?.metadata.finalizers ?? []).toEqual([])
})

test('one that is deleted in the moment in which it is managed no longer is cleaned up all the same', async () => {
  const { calls, find, server } = await start(website('ours', 'nginx', managed))
  const { uid, finalizers } = find('ours')!.metadata
  server.put(Website, website('ours', 'nginx', { uid: uid!, finalizers: finalizers!, deletionTimestamp: '2026-01-01T00:00:00Z' }))
  await settle()
  expect(calls).toEqual(['reconcile ours', 'cleanup ours'])
})
