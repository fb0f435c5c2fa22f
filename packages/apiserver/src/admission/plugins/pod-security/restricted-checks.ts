import { type Fields, listAt, optionalFields } from '../../../registry/fields.ts'
import { type Check, procMount, seccomp, seccompOf } from './baseline-checks.ts'
import {
  containersOf,
  counted,
  hasOwnUsers,
  isWindows,
  nameOf,
  type PodView,
  quoted,
  securityOf,
  setters,
  sorted,
  type Violation,
} from './pod-view.ts'

/** What makes pods as harmless as they can be, beside the baseline. */
export const RESTRICTED: readonly Check[] = [
  { id: 'allowPrivilegeEscalation', since: 8, check: (view) => (isWindows(view) ? undefined : escalation(view)) },
  {
    id: 'capabilities_restricted',
    since: 22,
    overrides: ['capabilities_baseline'],
    check: (view) => (isWindows(view) ? undefined : capabilities(view)),
  },
  { id: 'procMount_restricted', since: 35, overrides: ['procMount'], check: procMount },
  { id: 'restrictedVolumes', since: 0, overrides: ['hostPathVolumes'], check: volumes },
  { id: 'runAsNonRoot', since: 0, check: (view) => (hasOwnUsers(view) ? undefined : nonRoot(view)) },
  { id: 'runAsUser', since: 23, check: (view) => (hasOwnUsers(view) ? undefined : user(view)) },
  {
    id: 'seccompProfile_restricted',
    since: 19,
    overrides: ['seccompProfile_baseline'],
    check: (view) => (isWindows(view) ? undefined : (seccomp(view) ?? missingSeccomp(view))),
  },
]

const texts = (value: unknown): readonly string[] => (Array.isArray(value) ? value.map(String) : [])

function escalation(view: PodView): Violation | undefined {
  const bad = containersOf(view).filter((each) => securityOf(each)['allowPrivilegeEscalation'] !== false)
  if (bad.length === 0) return undefined
  const names = counted('container', bad.map(nameOf))
  return { reason: 'allowPrivilegeEscalation != false', detail: `${names} must set securityContext.allowPrivilegeEscalation=false` }
}

function capabilities(view: PodView): Violation | undefined {
  const capabilitiesOf = (container: Fields) => optionalFields(securityOf(container), 'capabilities') ?? {}
  const addedBy = (container: Fields) => texts(capabilitiesOf(container)['add']).filter((each) => each !== 'NET_BIND_SERVICE')
  const keeping = containersOf(view).filter((each) => !texts(capabilitiesOf(each)['drop']).includes('ALL'))
  const adding = containersOf(view).filter((each) => addedBy(each).length > 0)
  const details = [
    ...(keeping.length === 0 ? [] : [`${counted('container', keeping.map(nameOf))} must set securityContext.capabilities.drop=["ALL"]`]),
    ...(adding.length === 0
      ? []
      : [
          `${counted('container', adding.map(nameOf))} must not include ${quoted(sorted(adding.flatMap(addedBy)))} in securityContext.capabilities.add`,
        ]),
  ]
  return details.length === 0 ? undefined : { reason: 'unrestricted capabilities', detail: details.join('; ') }
}

const VOLUMES = ['configMap', 'csi', 'downwardAPI', 'emptyDir', 'ephemeral', 'image', 'persistentVolumeClaim', 'projected', 'secret']

function volumes({ spec }: PodView): Violation | undefined {
  const bad = listAt(spec, 'volumes').filter((volume) => !VOLUMES.some((type) => volume[type] !== undefined))
  if (bad.length === 0) return undefined
  const types = sorted(bad.map((volume) => Object.keys(volume).find((key) => key !== 'name') ?? 'unknown'))
  const names = counted('volume', bad.map(nameOf))
  return {
    reason: 'restricted volume types',
    detail: `${names} ${bad.length === 1 ? 'uses' : 'use'} ${counted('restricted volume type', types)}`,
  }
}

function nonRoot(view: PodView): Violation | undefined {
  const reason = 'runAsNonRoot != true'
  const who = setters(view, (security) => security['runAsNonRoot'] === false)
  if (who !== '') return { reason, detail: `${who} must not set securityContext.runAsNonRoot=false` }
  if (securityOf(view.spec)['runAsNonRoot'] === true) return undefined
  const bad = containersOf(view).filter((each) => securityOf(each)['runAsNonRoot'] === undefined)
  if (bad.length === 0) return undefined
  return { reason, detail: `pod or ${counted('container', bad.map(nameOf))} must set securityContext.runAsNonRoot=true` }
}

function user(view: PodView): Violation | undefined {
  const who = setters(view, (security) => security['runAsUser'] === 0)
  return who === '' ? undefined : { reason: 'runAsUser=0', detail: `${who} must not set runAsUser=0` }
}

function missingSeccomp(view: PodView): Violation | undefined {
  if (seccompOf(securityOf(view.spec)) !== undefined) return undefined
  const bad = containersOf(view).filter((each) => seccompOf(securityOf(each)) === undefined)
  if (bad.length === 0) return undefined
  const names = counted('container', bad.map(nameOf))
  return {
    reason: 'seccompProfile',
    detail: `pod or ${names} must set securityContext.seccompProfile.type to "RuntimeDefault" or "Localhost"`,
  }
}
