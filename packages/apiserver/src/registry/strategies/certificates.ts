import { type DynamicObject, deepEqual, formatTime, type StatusCause } from '@kubewright/core'
import { requiredValue } from '../../status/index.ts'
import { type Fields, fieldsAt, fill, listAt, optionalFields } from '../fields.ts'
import { type Draft, defaultStrategy, type Strategy, textAt } from '../strategy.ts'

const CONDITIONS = 'conditions'
/** Only the approval subresource sets these; everything else of the status is the signer's. */
const VERDICTS = ['Approved', 'Denied']

export const certificateRequests: Strategy = {
  ...defaultStrategy,
  statusSeparated: true,
  metadataByStatus: 'all',
  returnsDeleted: true,
  selectable: { 'spec.signerName': textAt('spec', 'signerName') },
  defaults(draft) {
    for (const condition of listAt(optionalFields(draft, 'status') ?? {}, CONDITIONS)) fill(condition, { status: 'True' })
  },
  prepareCreate(draft, { user }) {
    const spec = fieldsAt(draft, 'spec')
    // Who asks is what the certificate is about, and nobody may say that for himself.
    for (const field of ['username', 'uid', 'groups', 'extra']) delete spec[field]
    if (user === undefined) return
    const { name, uid, groups, extra } = user
    Object.assign(spec, { username: name, groups }, uid ? { uid } : {}, extra && Object.keys(extra).length > 0 ? { extra } : {})
  },
  prepareUpdate(draft, old) {
    draft['spec'] = structuredClone((old as Fields)['spec'])
  },
  prepareStatus(draft, old, { now }) {
    const verdicts = (from: Fields) => listAt(optionalFields(from, 'status') ?? {}, CONDITIONS).filter(isVerdict)
    const others = listAt(optionalFields(draft, 'status') ?? {}, CONDITIONS).filter((condition) => !isVerdict(condition))
    setConditions(draft, [...verdicts(old as Fields), ...others], old, now)
  },
  statusViews: {
    approval(draft, old, { now }) {
      const conditions = listAt(optionalFields(draft, 'status') ?? {}, CONDITIONS)
      draft['status'] = structuredClone(optionalFields(old as Fields, 'status') ?? {})
      setConditions(draft, conditions, old, now)
    },
  },
  validate(object) {
    const spec = optionalFields(object as Fields, 'spec') ?? {}
    const missing = (field: string): readonly StatusCause[] => (spec[field] ? [] : [requiredValue(`spec.${field}`)])
    return [
      ...missing('request'),
      ...(listAt({ usages: spec['usages'] }, 'usages').length === 0 && !Array.isArray(spec['usages'])
        ? [requiredValue('spec.usages')]
        : []),
      ...missing('signerName'),
    ]
  },
}

const isVerdict = ({ type }: Fields): boolean => VERDICTS.includes(String(type))

function setConditions(draft: Draft, conditions: readonly Fields[], old: DynamicObject, now: number): void {
  const time = formatTime(now)
  const before = listAt(optionalFields(old as Fields, 'status') ?? {}, CONDITIONS)
  const next = conditions.map((condition) => {
    const same = before.find(({ type }) => type === condition['type'])
    const isUnchanged = same !== undefined && same['status'] === condition['status']
    return {
      ...condition,
      lastUpdateTime: condition['lastUpdateTime'] ?? (same !== undefined && deepEqual(same, condition) ? same['lastUpdateTime'] : time),
      lastTransitionTime: condition['lastTransitionTime'] ?? (isUnchanged ? same['lastTransitionTime'] : time),
    }
  })
  const status = fieldsAt(draft, 'status')
  if (next.length === 0) delete status[CONDITIONS]
  else status[CONDITIONS] = next
}
