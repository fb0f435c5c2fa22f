import { type DynamicObject, deepEqual, type StatusCause } from '@kubewright/core'
import { invalidValue, requiredValue, unsupportedValue } from '../../status/index.ts'
import { type Fields, listAt, optionalFields } from '../fields.ts'
import { pathSegmentName } from '../object-meta.ts'
import { defaultStrategy, type Strategy } from '../strategy.ts'

const GROUP = 'rbac.authorization.k8s.io'

const isEmpty = (value: unknown): boolean => !Array.isArray(value) || value.length === 0

function validateRules(role: DynamicObject): StatusCause[] {
  return listAt(role as Fields, 'rules').flatMap((rule, index) => {
    const at = `rules[${index}]`
    const causes = isEmpty(rule['verbs']) ? [requiredValue(`${at}.verbs`, 'verbs must contain at least one value')] : []
    if (!isEmpty(rule['nonResourceURLs'])) {
      if (!isEmpty(rule['apiGroups']) || !isEmpty(rule['resources'])) {
        causes.push(
          invalidValue(
            `${at}.nonResourceURLs`,
            rule['nonResourceURLs'],
            'rules cannot apply to both regular resources and non-resource URLs',
          ),
        )
      }
      if (role['kind'] === 'Role')
        causes.push(invalidValue(`${at}.nonResourceURLs`, rule['nonResourceURLs'], 'namespaced rules cannot apply to non-resource URLs'))
      return causes
    }
    if (isEmpty(rule['apiGroups'])) causes.push(requiredValue(`${at}.apiGroups`, 'resource rules must supply at least one api group'))
    if (isEmpty(rule['resources'])) causes.push(requiredValue(`${at}.resources`, 'resource rules must supply at least one resource'))
    return causes
  })
}

export const roles: Strategy = { ...defaultStrategy, name: pathSegmentName, createOnUpdate: true, validate: validateRules }

const SUBJECT_KINDS = ['ServiceAccount', 'User', 'Group']

function bindings(roleKinds: readonly string[]): Strategy {
  return {
    ...defaultStrategy,
    name: pathSegmentName,
    createOnUpdate: true,
    defaults(draft) {
      const roleRef = optionalFields(draft, 'roleRef')
      if (roleRef !== undefined) roleRef['apiGroup'] ||= GROUP
      for (const subject of listAt(draft, 'subjects')) {
        if (subject['kind'] === 'User' || subject['kind'] === 'Group') subject['apiGroup'] ||= GROUP
      }
    },
    validate(binding) {
      const roleRef = optionalFields(binding as Fields, 'roleRef') ?? {}
      const causes: StatusCause[] = []
      if (roleRef['apiGroup'] !== GROUP) causes.push(unsupportedValue('roleRef.apiGroup', roleRef['apiGroup'] ?? '', [GROUP]))
      if (!roleKinds.includes(String(roleRef['kind'] ?? '')))
        causes.push(unsupportedValue('roleRef.kind', roleRef['kind'] ?? '', roleKinds))
      if (!roleRef['name']) causes.push(requiredValue('roleRef.name'))
      listAt(binding as Fields, 'subjects').forEach((subject, index) => {
        const at = `subjects[${index}]`
        if (!subject['name']) causes.push(requiredValue(`${at}.name`))
        if (!SUBJECT_KINDS.includes(String(subject['kind'] ?? '')))
          causes.push(unsupportedValue(`${at}.kind`, subject['kind'] ?? '', SUBJECT_KINDS))
        if (subject['kind'] === 'ServiceAccount' && !subject['namespace']) causes.push(requiredValue(`${at}.namespace`))
      })
      return causes
    },
    validateUpdate(binding, old) {
      if (deepEqual(binding['roleRef'], old['roleRef'])) return []
      const { apiGroup, kind, name } = optionalFields(binding as Fields, 'roleRef') ?? {}
      return [invalidValue('roleRef', { APIGroup: apiGroup, Kind: kind, Name: name }, 'cannot change roleRef')]
    },
  }
}

export const roleBindings = bindings(['Role', 'ClusterRole'])
export const clusterRoleBindings = bindings(['ClusterRole'])
