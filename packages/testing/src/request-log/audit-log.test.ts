import { expect, test } from 'vitest'
import { readAuditLog } from './audit-log.ts'
import { compareRights } from './rights.ts'

const line = (verb: string, requestURI: string, more: object = {}) =>
  `${JSON.stringify({ verb, requestURI, user: { username: 'ann' }, responseStatus: { code: 200 }, ...more })}\n`

test('a line is a request with who, what and how it ended', () => {
  const text = line('patch', '/apis/apps/v1/namespaces/a/deployments/b?force=true', {
    impersonatedUser: { username: 'bob' },
    responseStatus: { code: 403 },
    annotations: { 'authorization.k8s.io/decision': 'forbid' },
  })
  expect(readAuditLog(text)).toEqual([
    {
      user: 'bob',
      method: 'PATCH',
      path: '/apis/apps/v1/namespaces/a/deployments/b',
      query: new URLSearchParams('force=true'),
      code: 403,
      forbidden: true,
    },
  ])
})

test('a line that is not whole yet is not read', () => {
  expect(readAuditLog(`${line('get', '/version')}{"verb":"li`)).toMatchObject([{ method: 'GET', path: '/version', forbidden: false }])
  expect(readAuditLog('{"verb"')).toEqual([])
})

test('what the log tells can be compared with rights', () => {
  const rule = { apiGroups: [''], resources: ['pods'], verbs: ['list', 'watch', 'deletecollection'] }
  const text = line('list', '/api/v1/pods') + line('watch', '/api/v1/pods?watch=1') + line('deletecollection', '/api/v1/namespaces/a/pods')
  expect(compareRights([rule], readAuditLog(text))).toEqual({ missing: [], unused: [] })
})

test('an apply that made the object needed the right to create it, too', () => {
  const rule = { apiGroups: [''], resources: ['pods'], verbs: ['create', 'patch'] }
  const applied = (code: number) => readAuditLog(line('patch', '/api/v1/namespaces/a/pods/b', { responseStatus: { code } }))
  expect(compareRights([rule], applied(201)).unused).toEqual([])
  expect(compareRights([rule], applied(200)).unused).toEqual(['create pods'])
  expect(compareRights([{ ...rule, verbs: ['patch'] }], applied(201)).missing).toEqual(['create pods'])
})
