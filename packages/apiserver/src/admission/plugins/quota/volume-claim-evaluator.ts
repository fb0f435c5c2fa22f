import { type DynamicObject, matchesLabels, type Quantity } from '@kubewright/core'
import { type Fields, optionalFields } from '../../../registry/fields.ts'
import { amountsOf, ONE } from '../pod-resources.ts'
import type { Evaluator, ScopeRequirement } from './evaluator.ts'

const CLAIM_NAMES = ['persistentvolumeclaims', 'requests.storage']
const OF_CLASS = '.storageclass.storage.k8s.io/'
const CLASS_ANNOTATION = 'volume.beta.kubernetes.io/storage-class'

/** What PersistentVolumeClaims use up of quotas. */
export const volumeClaimEvaluator: Evaluator = {
  matching: (asked) =>
    asked.filter(
      (name) =>
        name === 'count/persistentvolumeclaims' ||
        CLAIM_NAMES.includes(name) ||
        CLAIM_NAMES.some((each) => name.endsWith(`${OF_CLASS}${each}`)),
    ),
  countsUpdates: () => true,
  isInScope,
  usage(claim) {
    const spec = optionalFields(claim as Fields, 'spec') ?? {}
    const requested = amountsOf(optionalFields(optionalFields(spec, 'resources') ?? {}, 'requests')).get('storage')
    const used = new Map<string, Quantity>([
      ['count/persistentvolumeclaims', ONE],
      ['persistentvolumeclaims', ONE],
      ...(requested === undefined ? [] : [['requests.storage', requested] as const]),
    ])
    const storageClass = claim.metadata.annotations?.[CLASS_ANNOTATION] ?? spec['storageClassName']
    if (!storageClass) return used
    const ofClass = CLAIM_NAMES.flatMap((name) => {
      const amount = used.get(name)
      return amount === undefined ? [] : [[`${String(storageClass)}${OF_CLASS}${name}`, amount] as const]
    })
    return new Map([...used, ...ofClass])
  },
}

/** Of the classes that a claim asks for, has, or is on its way to. */
function isInScope(claim: DynamicObject, { scopeName, operator, values = [] }: ScopeRequirement): boolean {
  if (scopeName !== SCOPE) return false
  const names = attributesClassesOf(claim)
  if (operator === 'Exists') return names.length > 0
  const requirement = [{ key: SCOPE, operator, values: [...values] }]
  return names.length === 0 ? matchesLabels(requirement, {}) : names.some((name) => matchesLabels(requirement, { [SCOPE]: name }))
}

const SCOPE = 'VolumeAttributesClass'

function attributesClassesOf(claim: DynamicObject): readonly string[] {
  const { spec, status } = claim as { readonly spec?: Fields; readonly status?: Fields }
  const target = optionalFields(status ?? {}, 'modifyVolumeStatus')?.['targetVolumeAttributesClassName']
  return [spec?.['volumeAttributesClassName'], status?.['currentVolumeAttributesClassName'], target].flatMap((name) =>
    typeof name === 'string' && name !== '' ? [name] : [],
  )
}
