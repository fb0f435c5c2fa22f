import { type DialectName, fakeS3 } from '@kubewright/testing'
import { afterAll, expect, test } from 'vitest'
import { type Difference, FAKE_DIFFERENCES, LIVE_DIFFERENCES } from './contract/differences.ts'
import { play } from './contract/play.ts'
import { realServers, underTest } from './contract/real-servers.ts'
import { type RecordedServer, recording } from './contract/recording.ts'

const PAIRS: readonly (readonly [DialectName, RecordedServer])[] = [
  ['aws', 'versitygw'],
  ['aws', 'moto-auth'],
  ['wasabi', 'versitygw'],
  ['seaweedfs', 'seaweedfs'],
  ['ceph', 'radosgw'],
  ['minio', 'minio'],
]

const lines: string[] = []
afterAll(() => void process.stdout.write(`${lines.join('\n')}\n`))

/** Compares, and counts for the summary. A difference that is gone has to leave its table. */
function compare(what: string, server: RecordedServer, answers: ReadonlyMap<string, string>, known: readonly Difference[]): void {
  const recorded = recording(server)
  const common = [...answers].filter(([title]) => recorded.has(title))
  const different = common.filter(([title, answer]) => recorded.get(title) !== answer)
  const unexpected = different.filter(([title]) => !known.some(({ cases }) => cases.test(title)))
  lines.push(
    `contract: ${what}: ${common.length} cases, ${common.length - different.length} the same, ${different.length} known differences`,
  )
  expect(unexpected.map(([title, answer]) => `${title}: ${answer} instead of ${recorded.get(title)}`)).toEqual([])
  expect(known.filter(({ cases }) => !different.some(([title]) => cases.test(title))).map(({ reason }) => reason)).toEqual([])
}

test.each(PAIRS)('the fake in the dialect %s answers as %s was recorded to, but for the table', async (dialect, server) => {
  await using fake = await fakeS3({ dialect })
  const stranger = server === 'radosgw' ? fake.addAccount('999999999999') : undefined
  const common = { name: dialect, s3: fake.address, iam: fake.address, admin: fake.credentials, domain: 's3.localhost' }
  const { answers, broken } = await play(
    { ...common, stranger, [Symbol.asyncDispose]: () => fake.stop() },
    fake.dialect.iam.is === 'served',
  )
  expect(broken).toEqual([])
  compare(`fake ${dialect} and recorded ${server}`, server, answers, FAKE_DIFFERENCES[`${dialect} ${server}`] ?? [])
})

if (process.env['KUBEWRIGHT_TEST_SERVER'] === 'real') {
  for (const { name, start } of realServers()) {
    if (start === undefined) {
      lines.push(`contract: ${name} is not on this machine in the version that was recorded; its recorded answers stand for it`)
      continue
    }
    test(`${name} answers as it was recorded to: the cases are the ones of the recordings`, { timeout: 180_000 }, async () => {
      await using server = underTest(name, await start())
      const { answers, broken } = await play(server, true)
      expect(broken).toEqual([])
      compare(`live ${name} and its recording`, name, answers, LIVE_DIFFERENCES[name] ?? [])
    })
  }
}
