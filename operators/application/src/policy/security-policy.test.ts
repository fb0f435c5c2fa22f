import { expect, test } from 'vitest'
import { config } from '../config.ts'
import { sample } from '../fake/application.ts'
import { policyProblems, type SecurityPolicy } from './security-policy.ts'

const usual = config.parse({})
const fieldsOf = (spec: Parameters<typeof sample>[0], policy: Partial<SecurityPolicy> = {}) =>
  policyProblems(sample(spec).spec, { ...usual, ...policy }).map(({ field }) => field)

test.each([
  ['docker.io', 'nginx:1', true],
  ['docker.io', 'gcr.io/a/b:1', false],
  ['docker.io/acme', 'acme/app:1', true],
  ['docker.io/acme', 'acme-evil/app:1', false],
  ['docker.io/acme/', 'acme/app:1', true],
  ['gcr.io', 'gcr.io.evil.example/a:1', false],
  ['*.pkg.dev', 'europe-docker.pkg.dev/a/b:1', true],
  ['*.pkg.dev', 'evilpkg.dev/a:1', false],
  ['*.pkg.dev', 'evil.example/x.pkg.dev/a:1', false],
  ['registry:5000', 'registry:5000/a:1', true],
  ['registry:5000', 'registry:5001/a:1', false],
  ['*', 'anything.example/a:1', true],
])('registry %s: %s is allowed: %s', (allowed, image, verdict) => {
  expect(fieldsOf({ image }, { allowedRegistries: [allowed] })).toEqual(verdict ? [] : ['spec.image'])
})

test.each(['ubuntu:24.04', 'debian:12', 'docker.io/library/alpine:3.22', 'index.docker.io/alpine:3'])(
  'the bare base image %s is denied',
  (image) => {
    expect(policyProblems(sample({ image }).spec, usual)).toMatchObject([
      { is: 'forbidden', message: expect.stringContaining('bare base image') as string },
    ])
  },
)

test('an image that only begins like a bare one is none', () => {
  expect(fieldsOf({ image: 'acme/ubuntu:1' })).toEqual([])
  expect(fieldsOf({ image: 'ubuntu-with-app:1' })).toEqual([])
})

test.each([
  ['nginx', ['spec.image']],
  ['nginx:latest', ['spec.image']],
  [`nginx@sha256:${'a'.repeat(64)}`, []],
  [`nginx:latest@sha256:${'a'.repeat(64)}`, []],
])('%s: what may be another image tomorrow is refused, unless that is allowed', (image, fields) => {
  expect(fieldsOf({ image })).toEqual(fields)
  expect(fieldsOf({ image }, { allowLatestTag: true })).toEqual([])
})

test.each([
  [{ privileged: true }, 'privileged'],
  [{ allowPrivilegeEscalation: true }, 'allowPrivilegeEscalation'],
  [{ capabilities: { add: ['SYS_ADMIN'] } }, 'capabilities.add'],
  [{ capabilities: { add: ['CAP_NET_ADMIN', 'NET_BIND_SERVICE'] } }, 'capabilities.add'],
  [{ seccompProfile: { type: 'Unconfined' as const } }, 'seccompProfile.type'],
  [{ runAsUser: 0 }, 'runAsUser'],
])('%j is refused, unless it is allowed', (securityContext, field) => {
  expect(fieldsOf({ securityContext })).toEqual([`spec.securityContext.${field}`])
  expect(fieldsOf({ securityContext }, { allowPrivileged: true })).toEqual([])
})

test('what gains a process nothing is allowed', () => {
  expect(
    fieldsOf({ securityContext: { capabilities: { add: ['NET_BIND_SERVICE'], drop: ['ALL'] }, runAsNonRoot: false, runAsUser: 0 } }),
  ).toEqual([])
})
