// The same requests to both servers, and their answers field by field. What differs stands in docs/apiserver/parity.yaml with its reason, or fails.
import { serverKindOf, startTestCluster, type TestCluster } from '@kubewright/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Comparison, compare, type Sides } from './comparison.ts'
import { judge, readParityFile } from './parity-file.ts'
import { reportOf, writeReport } from './report.ts'
import { SCENARIOS } from './scenarios/index.ts'
import { sideOf } from './side.ts'

const ROWS = readParityFile()

const isEmbeddedAlone = serverKindOf(process.env['KUBEWRIGHT_TEST_SERVER']) === 'embedded'

if (isEmbeddedAlone)
  test('the embedded server beside kube-apiserver', ({ skip }) => skip('there is nothing to compare it with: `npm run test:real` does'))
else compareBoth()

function compareBoth(): void {
  let clusters: readonly TestCluster[] = []
  let sides: Sides & { readonly all: readonly Disposable[] }
  const compared: Comparison[] = []

  beforeAll(async () => {
    // Nobody works behind either API: what a controller does in between would be seen by one of the two.
    clusters = await Promise.all([
      startTestCluster({ server: 'embedded', apiServerFlags: ['--controllers='] }),
      startTestCluster({ server: 'real' }),
    ])
    const [ours, theirs] = clusters.map(sideOf)
    sides = { ours: ours!, theirs: theirs!, all: [ours!, theirs!] }
  }, 120_000)
  afterAll(async () => {
    for (const side of sides.all) side[Symbol.dispose]()
    await Promise.all(clusters.map((cluster) => cluster.stop()))
    const verdict = judge(compared, ROWS)
    writeReport(compared)
    process.stdout.write(
      `differential: ${compared.length} requests, ${verdict.identical} identical, ${verdict.explained} in the parity file, ${verdict.unexplained.length} new\n`,
    )
  })

  test.each(SCENARIOS)('$area: $name', async (scenario) => {
    const found = await compare(sides, scenario)
    compared.push(...found)
    const { unexplained } = judge(found, ROWS)
    expect(reportOf(unexplained)).toEqual([])
  })

  test('every divergence of the parity file is still there', () => {
    expect(judge(compared, ROWS).idle.map(({ id }) => id)).toEqual([])
  })
}
