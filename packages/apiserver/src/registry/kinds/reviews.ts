import type { GroupKinds } from './kind.ts'

// Questions about identities and rights: they are answered and not kept.

export const authentication: GroupKinds = {
  group: 'authentication.k8s.io',
  version: 'v1',
  actions: [
    { kind: 'SelfSubjectReview', plural: 'selfsubjectreviews' },
    { kind: 'TokenReview', plural: 'tokenreviews' },
  ],
}

export const authorization: GroupKinds = {
  group: 'authorization.k8s.io',
  version: 'v1',
  actions: [
    { kind: 'LocalSubjectAccessReview', plural: 'localsubjectaccessreviews', namespaced: true },
    { kind: 'SelfSubjectAccessReview', plural: 'selfsubjectaccessreviews' },
    { kind: 'SelfSubjectRulesReview', plural: 'selfsubjectrulesreviews' },
    { kind: 'SubjectAccessReview', plural: 'subjectaccessreviews' },
  ],
}
