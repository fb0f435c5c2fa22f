// Each condition of gc, with what an object carries that meets it and what one carries that does not.
import type { PolicySpec } from './gc-site.ts'

export type Conditions = NonNullable<PolicySpec['conditions']>
export interface Marks {
  readonly labels?: Readonly<Record<string, string>>
  readonly annotations?: Readonly<Record<string, string>>
  readonly data?: Readonly<Record<string, string>>
}
const past = new Date(Date.now() - 3_600_000).toISOString().replace(/\.\d+Z$/, 'Z')

export const meets: Marks = {
  labels: { role: 'a', 'belongs-to': 'gone' },
  annotations: {
    size: '5',
    storage: '2Gi',
    image: 'nginx:1.27',
    at: '2026-01-01T00:00:00Z',
    born: past,
    mode: 'on',
    only: 'x',
    negative: '-5',
    note: 'let it go',
  },
}
export const fails: Marks = {
  labels: { role: 'c', hold: '', 'belongs-to': 'there' },
  annotations: {
    size: '3',
    storage: '512Mi',
    image: 'redis:7',
    at: '2999-01-01T00:00:00Z',
    born: '2020-01-01T00:00:00Z',
    mode: 'off',
    other: 'x',
    negative: '5',
    note: 'stay',
  },
}
const and = (key: string, operator: string, more: object = {}) =>
  ({ and: [{ fieldPath: `metadata.annotations.${key}`, operator, ...more }] }) as Conditions

export const conditions: Readonly<Record<string, Conditions>> = {
  Equals: and('size', 'Equals', { value: 5 }),
  NotEquals: and('mode', 'NotEquals', { value: 'off' }),
  In: and('mode', 'In', { values: ['on', 'auto'] }),
  NotIn: and('mode', 'NotIn', { values: ['off'] }),
  Exists: and('only', 'Exists'),
  DoesNotExist: and('other', 'DoesNotExist'),
  GreaterThan: and('size', 'GreaterThan', { value: 4 }),
  GreaterOrEqual: and('storage', 'GreaterOrEqual', { value: '1Gi' }),
  LessThan: and('at', 'LessThan', { value: '2027-01-01T00:00:00Z' }),
  LessOrEqual: and('negative', 'LessOrEqual', { value: '-1' }),
  Matches: and('image', 'Matches', { value: '^nginx:' }),
  DoesNotMatch: and('image', 'DoesNotMatch', { value: 'redis' }),
  OlderThan: and('at', 'OlderThan', { value: '1h' }),
  YoungerThan: and('born', 'YoungerThan', { value: '24h' }),
  Before: and('at', 'Before', { value: '2026-06-01T00:00:00Z' }),
  After: and('born', 'After', { value: '2026-01-01T00:00:00Z' }),
  'label Exists': { hasLabels: [{ key: 'role', operator: 'Exists' }], not: [{ hasLabels: [{ key: 'hold', operator: 'Exists' }] }] },
  'label DoesNotExist': { hasLabels: [{ key: 'hold', operator: 'DoesNotExist' }] },
  'label Equals': { hasLabels: [{ key: 'role', value: 'a' }] },
  'label In': { hasLabels: [{ key: 'role', operator: 'In', values: ['a', 'b'] }] },
  'label NotIn': { hasLabels: [{ key: 'role', operator: 'NotIn', values: ['c'] }] },
  'annotation Equals': { hasAnnotations: [{ key: 'mode', value: 'on' }] },
  'annotation NotEquals': { hasAnnotations: [{ key: 'mode', operator: 'NotEquals', value: 'off' }] },
  'annotation Exists': { hasAnnotations: [{ key: 'only' }] },
  'annotation DoesNotExist': { hasAnnotations: [{ key: 'other', operator: 'DoesNotExist' }] },
  'annotation Matches': { hasAnnotations: [{ key: 'note', operator: 'Matches', value: 'go' }] },
  or: { or: [and('size', 'Equals', { value: 99 }), and('mode', 'Equals', { value: 'on' })] },
  not: { not: [and('mode', 'Equals', { value: 'off' })] },
  'not or': { not: [{ or: [and('mode', 'Equals', { value: 'off' }), and('size', 'Equals', { value: 99 })] }] },
  CEL: { cel: ['int(object.metadata.annotations.size) * 2 > 8 && object.metadata.annotations.image.startsWith("nginx")'] },
  'owner gone': { ownerGone: { apiVersion: 'apps/v1', kind: 'ReplicaSet', namePath: 'metadata.labels.belongs-to' } },
}
