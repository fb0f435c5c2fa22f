import { expect, test } from 'vitest'
import { subject } from '../fake/subject.ts'
import { describeRight, rightsFindings, rightsOf } from './rights.ts'
import { unusedFindings, unusedRights } from './unused-rights.ts'

const rule = (group: string, resource: string, ...verbs: readonly string[]) => ({ apiGroups: [group], resources: [resource], verbs })

test('rules are taken apart: every group with every resource, name and verb', () => {
  expect(rightsOf([{ apiGroups: ['a', 'b'], resources: ['x', 'y'], verbs: ['get', 'list'] }])).toHaveLength(8)
  expect(rightsOf([{ ...rule('', 'secrets', 'get'), resourceNames: ['mine'] }]).map(describeRight)).toEqual(['get secrets "mine"'])
  expect(rightsOf([{ nonResourceURLs: ['/metrics'], verbs: ['get'] }])).toEqual([])
})

test('what is denied is one finding, which names all of it and where', () => {
  const denied = [
    { verb: 'patch', group: 'apps', resource: 'deployments', name: undefined },
    { verb: 'get', group: '', resource: 'secrets', name: 'x', namespace: 'ns' },
  ]
  const [finding] = rightsFindings(subject(), 'system:serviceaccount:ns:kubewright-shop', denied)
  expect(finding).toMatchObject({ level: 'error', object: 'system:serviceaccount:ns:kubewright-shop' })
  expect(finding?.problem).toBe('may not patch deployments.apps, get secrets "x" in ns, which shop does')
  expect(rightsFindings(subject(), 'you', [])).toEqual([])
})

test('unused is what no declared rule covers; what everybody may is not counted', () => {
  const granted = [
    rule('apps', 'deployments', 'get', 'delete'),
    rule('', 'secrets', 'get'),
    rule('authorization.k8s.io', 'selfsubjectaccessreviews', 'create'),
  ]
  expect(unusedRights(granted, [rule('apps', 'deployments', 'get')]).map(describeRight)).toEqual(['delete deployments.apps', 'get secrets'])
})

test('an operator that declares everything uses everything', () => {
  expect(unusedRights([rule('apps', 'deployments', 'get')], [rule('*', '*', '*')])).toEqual([])
})

test('a right on one object does not make the right on all of them used', () => {
  const used = [{ ...rule('', 'secrets', 'get'), resourceNames: ['mine'] }]
  expect(unusedRights([rule('', 'secrets', 'get')], used)).toHaveLength(1)
  expect(unusedRights(used, [rule('', 'secrets', 'get')])).toHaveLength(0)
})

test('the right to everything is said as such, and many rights are counted', () => {
  expect(unusedFindings(subject(), 'x', unusedRights([rule('*', '*', '*')], []))).toMatchObject([
    { problem: expect.stringContaining('everything') as string },
  ])
  const many = unusedRights([rule('', 'pods', ...Array.from({ length: 20 }, (_, index) => `v${index}`))], [])
  expect(unusedFindings(subject(), 'x', many)[0]?.problem).toMatch(/and 8 more$/)
})
