import { expect, test } from 'vitest'
import { defaultRules, parseRule } from '../path/path-policy.ts'
import { leastGrants, printPolicy, roleCommand } from './least-policy.ts'

const mounts = [{ mount: 'secret', version: 2 }] as const
const paths = (rules: readonly string[], namespace?: string) =>
  leastGrants({
    rules: rules.map(parseRule),
    clusterName: 'east',
    mounts,
    deletionPolicies: ['Retain'],
    ...(namespace === undefined ? {} : { namespace }),
  }).map(({ path }) => path)

test('without deletion and comparing it writes values and marks, and reads neither other values nor lists', () => {
  expect(leastGrants({ rules: defaultRules('east'), clusterName: 'east', mounts, deletionPolicies: ['Retain'] })).toEqual([
    { path: 'secret/data/east/+/*', capabilities: ['create', 'update'] },
    { path: 'secret/metadata/east/+/*', capabilities: ['patch', 'read'] },
  ])
})

test('each policy of deletion takes a right more', () => {
  expect(leastGrants({ rules: defaultRules(''), clusterName: '', mounts, readValues: true })).toEqual([
    { path: 'secret/data/+/*', capabilities: ['create', 'read', 'update'] },
    { path: 'secret/metadata/+/*', capabilities: ['delete', 'patch', 'read'] },
    { path: 'secret/delete/+/*', capabilities: ['update'] },
    { path: 'secret/destroy/+/*', capabilities: ['update'] },
  ])
})

test('of a KV 1 values are read, as there is nothing else', () => {
  const grants = leastGrants({ rules: defaultRules(''), clusterName: '', mounts: [{ mount: 'one', version: 1 }] })
  expect(grants).toEqual([{ path: 'one/+/*', capabilities: ['create', 'delete', 'read', 'update'] }])
})

test.each<[readonly string[], string | undefined, readonly string[]]>([
  [['*=secret/{{namespace}}/**'], 'team', ['secret/data/team/*', 'secret/metadata/team/*']],
  [['*=secret/apps/shop'], undefined, ['secret/data/apps/shop', 'secret/metadata/apps/shop']],
  [['*=secret/app-*'], undefined, ['secret/data/app-*', 'secret/metadata/app-*']],
  [['*=secret/k8s-{{namespace}}/x'], undefined, ['secret/data/+/x', 'secret/metadata/+/x']],
  [['*=other/x'], undefined, []],
])('%j for %s', (rules, namespace, expected) => expect(paths(rules, namespace)).toEqual(expected))

test('they are printed as Vault reads them', () => {
  expect(printPolicy([{ path: 'secret/data/x', capabilities: ['create', 'update'] }])).toBe(
    'path "secret/data/x" {\n  capabilities = ["create", "update"]\n}\n',
  )
  const role = { authPath: 'kubernetes', role: 'r', policy: 'p', serviceAccount: 's', namespace: 'n', audience: 'vault' }
  expect(roleCommand(role)).toContain('auth/kubernetes/role/r \\\n  bound_service_account_names=s')
})
