import type { ApplicationSpec } from '../kind/application.ts'
import { type ImageReference, parseImage } from './image-reference.ts'
import { forbidden, type Problem } from './problem.ts'

/** What applications may be made of. */
export interface SecurityPolicy {
  /** `REGISTRY`, `REGISTRY/PATH`, `*.DOMAIN`, or `*`. */
  readonly allowedRegistries: readonly string[]
  /** Repositories in full, such as `docker.io/library/alpine`, or by their short name. */
  readonly deniedImages: readonly string[]
  readonly allowLatestTag: boolean
  readonly allowPrivileged: boolean
}

/** What is looked at of a spec. */
type Judged = Pick<ApplicationSpec, 'image' | 'securityContext'>

/** Adding it gives a process nothing but ports below 1024, so the Pod Security Standard "restricted" allows it. */
const HARMLESS_CAPABILITY = 'NET_BIND_SERVICE'

export function policyProblems(spec: Judged, policy: SecurityPolicy): readonly Problem[] {
  const image = parseImage(spec.image)
  return [...(image === undefined ? [] : imageProblems(image, policy)), ...(policy.allowPrivileged ? [] : privilegeProblems(spec))]
}

function imageProblems(image: ImageReference, { allowedRegistries, deniedImages, allowLatestTag }: SecurityPolicy): Problem[] {
  const field = 'spec.image'
  const path = `${image.registry}/${image.repository}`
  const problems: Problem[] = []
  if (!allowedRegistries.some((allowed) => isFrom(path, allowed)))
    problems.push(
      forbidden(field, `images of ${image.registry} are not allowed here; allowed are those of ${allowedRegistries.join(', ')}`),
    )
  if (deniedImages.some((denied) => fullName(denied) === path))
    problems.push(forbidden(field, `${image.repository} is a bare base image: use an image that has an application in it`))
  if (!allowLatestTag && isLatest(image))
    problems.push(forbidden(field, 'the tag "latest" may be another image tomorrow: name a version or a digest'))
  return problems
}

/** No tag means "latest", unless there is a digest, beside which a tag means nothing. */
export const isLatest = ({ tag = 'latest', digest }: ImageReference): boolean => digest === undefined && tag === 'latest'

function isFrom(path: string, allowed: string): boolean {
  if (allowed === '*') return true
  const prefix = allowed.replace(/\/+$/, '')
  if (prefix.startsWith('*.')) return path.slice(0, path.indexOf('/')).endsWith(prefix.slice(1))
  // Whole components only: "docker.io/acme" allows nothing of "docker.io/acme-evil", nor "gcr.io" of "gcr.io.example.dev".
  return path.startsWith(`${prefix}/`)
}

const fullName = (name: string): string => {
  const image = parseImage(name)
  return image === undefined ? name : `${image.registry}/${image.repository}`
}

function privilegeProblems({ securityContext = {} }: Judged): Problem[] {
  const { privileged, allowPrivilegeEscalation, capabilities, seccompProfile, runAsUser } = securityContext
  const at = 'spec.securityContext'
  const added = (capabilities?.add ?? []).filter((capability) => capability.replace(/^CAP_/, '') !== HARMLESS_CAPABILITY)
  return [
    ...(privileged === true ? [forbidden(`${at}.privileged`, 'privileged containers are not allowed here')] : []),
    ...(allowPrivilegeEscalation === true
      ? [forbidden(`${at}.allowPrivilegeEscalation`, 'a process that gains privileges is not allowed here')]
      : []),
    ...(added.length > 0
      ? [forbidden(`${at}.capabilities.add`, `capabilities other than ${HARMLESS_CAPABILITY} are not allowed here: ${added.join(', ')}`)]
      : []),
    ...(seccompProfile?.type === 'Unconfined' ? [forbidden(`${at}.seccompProfile.type`, 'Unconfined is not allowed here')] : []),
    ...(runAsUser === 0 && securityContext.runAsNonRoot !== false
      ? [forbidden(`${at}.runAsUser`, 'is root: use another user, or say runAsNonRoot: false')]
      : []),
  ]
}
