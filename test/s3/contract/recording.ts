import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { byKey } from './recorder.ts'

export type RecordedServer = 'versitygw' | 'moto-auth' | 'seaweedfs' | 'radosgw' | 'minio' | 'ministack'

/** What a server was recorded to answer, by the title of the case, without what is different in each run. */
export function recording(server: RecordedServer): ReadonlyMap<string, string> {
  const file = join(import.meta.dirname, '..', 'fixtures', `${server}.json`)
  const all = JSON.parse(readFileSync(file, 'utf8')) as Readonly<Record<string, string>>
  return new Map(Object.entries(all).map(([title, answer]) => [title, settled(title, answer)]))
}

function settled(title: string, answer: string): string {
  const steady = answer
    .replace(/ STILL after \d+ ms$/, ' (never changes)')
    .replace(/ after \d+ ms$/, ' fast')
    .replace(/ @aws-sdk.*$/, '')
    .replace(/ \(works\)$/, '')
  switch (title) {
    case 'user: create with path and tags':
      return steady.replace(/Arn=\S+ /, '').replace(/ Id=\S+/, '')
    case 'key: list':
      return steady.replace(/: (.*)$/, (_, fields: string) => `: ${fields.split(',').sort()}`)
    case 'key: last used, never':
      return steady.startsWith('{') ? `200 ${JSON.stringify(Object.values(JSON.parse(steady) as object))}` : steady
    case 'key: last used, used':
      return steady.startsWith('[') ? `200 ${JSON.stringify((JSON.parse(steady) as string[]).sort())}` : steady
    case 'tagging: get':
    case 'user: list tags':
      return steady.replace(/\[.*\]/, (list) => JSON.stringify(byKey(JSON.parse(list) as { readonly Key: string }[])))
    case 'sts: caller identity of the user':
      return steady.replace(/arn:\S+ acct=\d+/, 'the ARN of the user')
    case 'inline: list':
    case 'managed: list attached':
    case 'managed: list entities':
      return steady.startsWith('[') ? `200 ${title.startsWith('inline') ? steady : (JSON.parse(steady) as unknown[]).length}` : steady
    case 'managed: create':
      return steady.replace(/arn:\S+ /, '')
    case 'lifecycle: get':
      return steady.replace(/"ID":"[^"]+",?/, '').replace(/\}\]$/, steady.includes('"ID"') ? ',"ID":"made"}]' : '}]')
    case 'multi-delete: odd names and an absent one':
      return steady.replace(/Deleted (\d+)\/\1/, 'Deleted all')
    case 'policy: get back':
      return steady.startsWith('rewritten') ? 'rewritten' : steady
    case 'FALL-THROUGH: DELETE ?sub deletes an empty bucket':
    case 'FALL-THROUGH: PUT ?sub creates a bucket':
      return steady.split(' ').sort().join(' ')
    default:
      return steady
  }
}
