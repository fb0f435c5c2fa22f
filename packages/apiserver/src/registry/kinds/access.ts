import { certificateRequests } from '../strategies/certificates.ts'
import { clusterRoleBindings, roleBindings, roles } from '../strategies/rbac.ts'
import { type GroupKinds, SUBRESOURCE_VERBS } from './kind.ts'

export const certificates: GroupKinds = {
  group: 'certificates.k8s.io',
  version: 'v1',
  kinds: [
    {
      kind: 'CertificateSigningRequest',
      plural: 'certificatesigningrequests',
      cluster: true,
      short: ['csr'],
      strategy: certificateRequests,
      subresources: [{ name: 'approval', verbs: SUBRESOURCE_VERBS }],
    },
  ],
}

export const rbac: GroupKinds = {
  group: 'rbac.authorization.k8s.io',
  version: 'v1',
  kinds: [
    { kind: 'ClusterRoleBinding', plural: 'clusterrolebindings', cluster: true, strategy: clusterRoleBindings },
    { kind: 'ClusterRole', plural: 'clusterroles', cluster: true, strategy: roles },
    { kind: 'RoleBinding', plural: 'rolebindings', strategy: roleBindings },
    { kind: 'Role', plural: 'roles', strategy: roles },
  ],
}
