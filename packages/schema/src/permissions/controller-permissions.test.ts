import { expect, test } from 'vitest'
import { z } from 'zod'
import { defineKind } from '../kind/definition.ts'
import { type DeclaredController, permissionsOf } from './controller-permissions.ts'

const Website = defineKind({ group: 'example.dev', version: 'v1', kind: 'Website', spec: z.object({}), status: z.object({}) })
const Plain = defineKind({ group: 'example.dev', version: 'v1', kind: 'Plain', spec: z.object({}) })
const Deployment = { group: 'apps', version: 'v1', kind: 'Deployment', plural: 'deployments', namespaced: true }
const Secret = { group: '', version: 'v1', kind: 'Secret', plural: 'secrets', namespaced: true }

const websites: DeclaredController = { name: 'website', kind: Website, owns: [Deployment], watches: [Secret], finalizer: undefined }
const bare = { leaderElection: false, events: false } as const

const rights = (...given: Parameters<typeof permissionsOf>) =>
  permissionsOf(...given).flatMap(({ apiGroups, resources, verbs }) =>
    (resources ?? []).map((resource) => `${resource}.${apiGroups?.join()}: ${verbs.join(' ')}`),
  )

test('what is reconciled is read and its status is written, what is watched is read, what is owned is applied and pruned', () => {
  expect(rights([websites], bare).sort()).toEqual([
    'deployments.apps: create delete list patch watch',
    'secrets.: list watch',
    'websites.example.dev: list watch',
    'websites/status.example.dev: patch',
  ])
})

test('what is never pruned is never deleted', () => {
  const patched = 'deployments.apps: create list patch watch'
  expect(rights([{ ...websites, prunes: [] }], bare)).toContain(patched)
  const two = rights([{ ...websites, owns: [Deployment, Secret], prunes: [Secret] }], bare)
  expect(two).toEqual(expect.arrayContaining([patched, 'secrets.: create delete list patch watch']))
})

test('a kind without a status has none to write', () => {
  expect(rights([{ ...websites, kind: Plain, owns: [], watches: [] }], bare)).toEqual(['plains.example.dev: list watch'])
})

test('a finalizer is a patch of the object, and no right on anything else', () => {
  const plain = { ...websites, owns: [], watches: [] }
  expect(rights([{ ...plain, finalizer: 'example.dev/x' }], bare)).toContain('websites.example.dev: get list patch watch')
})

test('leader election and events are there unless they are left out', () => {
  expect(rights([])).toEqual(['leases.coordination.k8s.io: create get update', 'events.events.k8s.io: create patch'])
  expect(rights([], bare)).toEqual([])
})

test('blocking owner references need a right where the cluster checks them', () => {
  expect(rights([websites], { ...bare, ownerReferencesEnforced: true })).toContain('websites/finalizers.example.dev: update')
})

test('what reconcile functions do beside is added, and shares rules', () => {
  const also = [{ apiGroups: [''], resources: ['secrets'], verbs: ['get'] }]
  expect(rights([websites], { ...bare, also })).toContain('secrets.: get list watch')
})

test('a kind whose resource nobody knows is refused by name', () => {
  const unknown = { group: 'x.dev', version: 'v1', kind: 'Thing' }
  expect(() => permissionsOf([{ ...websites, owns: [unknown] }])).toThrow('controller website: the resource of Thing.x.dev/v1 is not known')
})
