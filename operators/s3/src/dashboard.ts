import { type DashboardView, findCondition, parseTime, type ViewCell, type ViewRow, type ViewSpan } from 'kubewright'
import { AccessKey, type AccessKeyStatus } from './kinds/access-key.ts'
import { Bucket } from './kinds/bucket.ts'
import { Provider } from './kinds/provider.ts'
import { User } from './kinds/user.ts'

/** A key that is not rotated has no end: the line goes a little beyond now, so that it is seen to be alive. */
const OPEN_END = 3_600_000

/** Servers and what they can do, and the lives of the keys. Never a secret key: it is in no status. */
export const view: DashboardView = {
  name: 's3',
  title: 'S3',
  blocks({ list, now }) {
    const providers = list<Provider>(Provider)
    const keys = list<AccessKey>(AccessKey)
    const notReady = keys.filter(({ status }) => findCondition(status?.conditions, 'Ready')?.status !== 'True').length
    const overdue = keys.filter(({ status }) => (timeOf(status?.nextRotateTime) ?? Number.POSITIVE_INFINITY) < now).length
    return [
      {
        is: 'figures',
        figures: [
          { label: 'Providers', value: String(providers.length) },
          { label: 'Buckets', value: String(list(Bucket).length) },
          { label: 'Users', value: String(list(User).length) },
          { label: 'Access keys', value: String(keys.length), tone: notReady > 0 ? 'warn' : 'plain', note: `${notReady} not ready` },
          { label: 'Rotation overdue', value: String(overdue), tone: overdue > 0 ? 'bad' : 'good' },
        ],
      },
      {
        is: 'spans',
        title: 'Keys and their rotation',
        rows: keys.map((key) => ({ label: key.metadata.name ?? '', object: key, spans: spansOf(key.status, now) })),
        empty: 'There is no AccessKey.',
      },
      {
        is: 'table',
        title: 'Access keys',
        columns: ['Name', 'User', 'Secret', 'Last rotation', 'Next rotation', 'Ready'],
        rows: keys.map(keyRow),
        empty: 'There is no AccessKey.',
      },
      {
        is: 'table',
        title: 'Providers',
        columns: ['Name', 'Type', 'Endpoint', 'Ready', 'Can', 'Cannot'],
        rows: providers.map(providerRow),
        empty: 'There is no Provider.',
      },
    ]
  },
}

function spansOf(status: AccessKeyStatus | undefined, now: number): readonly ViewSpan[] {
  const next = timeOf(status?.nextRotateTime)
  return (status?.keys ?? []).flatMap(({ state, createdAt, expiresAt, inactive = false }): ViewSpan[] => {
    const from = timeOf(createdAt)
    if (from === undefined) return []
    const to = timeOf(expiresAt) ?? Math.max(from, next ?? now + OPEN_END)
    return [
      { from, to, label: inactive ? `${state}, switched off` : state, tone: state === 'Current' ? 'good' : inactive ? 'plain' : 'warn' },
    ]
  })
}

function keyRow(key: AccessKey): ViewRow {
  const { status } = key
  return {
    object: key,
    cells: [
      `${key.metadata.namespace}/${key.metadata.name}`,
      key.spec.userRef.name,
      status?.secretName ?? '',
      timeCell(status?.lastRotateTime, 'never'),
      timeCell(status?.nextRotateTime, 'not scheduled'),
      readyCell(status?.conditions),
    ],
  }
}

function providerRow(provider: Provider): ViewRow {
  const { spec, status } = provider
  const capabilities = Object.entries(status?.capabilities ?? {})
  const those = (answer: string) => capabilities.flatMap(([name, said]) => (said === answer ? [name] : [])).join(', ')
  return {
    object: provider,
    cells: [
      `${provider.metadata.namespace}/${provider.metadata.name}`,
      spec.type,
      spec.endpoint ?? '',
      readyCell(status?.conditions),
      those('Supported'),
      those('Unsupported'),
    ],
  }
}

function readyCell(conditions: AccessKeyStatus['conditions']): ViewCell {
  const ready = findCondition(conditions, 'Ready')
  return { text: ready?.reason ?? 'Unknown', tone: ready?.status === 'True' ? 'good' : 'warn' }
}

function timeCell(text: string | undefined, otherwise: string): ViewCell {
  const time = timeOf(text)
  return time === undefined ? { text: otherwise } : { text: text ?? '', time }
}

const timeOf = (text: string | undefined): number | undefined => (text === undefined ? undefined : parseTime(text))
