// One definition, three judges: zod in this process, the embedded server, the real kube-apiserver. For generated objects, valid ones and ones with
// one thing wrong, the verdicts of this process and of the server at hand must be the same.
import { CustomResourceDefinition } from '@kubewright/client'
import { isBadRequest, isInvalid, type KubeObject } from '@kubewright/core'
import { InvalidObjectError, type KindDefinition } from '@kubewright/schema'
import { LIST_FOR_FORMATTED_TEXT, spoiltObjects, validObjects } from '@kubewright/schema/testing'
import { eventually } from '@kubewright/testing'
import fc from 'fast-check'
import { beforeAll, describe, expect, test } from 'vitest'
import { AGREED_KINDS } from './agreed-kinds.ts'
import { useCluster } from './harness.ts'

const bench = useCluster()

/** Fixed, so that two runs and two servers judge the same objects. */
const SEED = 20_260_823
const VALID = 40
const SPOILT = 120

/** What the server said while the definitions were created, by kind. */
const warnings = new Map<string, string[]>()
let evaluatesRules = false

beforeAll(async () => {
  for (const kind of AGREED_KINDS) {
    const said: string[] = []
    const client = bench.cluster.client({ onWarning: (text) => void said.push(text) })
    await (await client.resource(CustomResourceDefinition)).create(kind.crd() as unknown as CustomResourceDefinition)
    warnings.set(kind.kind, said)
  }
  for (const { group, version, plural } of AGREED_KINDS)
    await eventually(() => bench.client.request('GET', `/apis/${group}/${version}/${plural}`, { query: { limit: '1' } }))
  bench.client.discovery.invalidate()
  evaluatesRules = !(await serverAccepts(AGREED_KINDS.find(({ kind }) => kind === 'Source')!, { url: 'https://example.com', path: 'x' }))
})

async function serverAccepts(kind: KindDefinition, spec: unknown): Promise<boolean> {
  const resource = await bench.client.resource(kind)
  const object = {
    apiVersion: `${kind.group}/${kind.version}`,
    kind: kind.kind,
    metadata: { name: 'generated', namespace: 'default' },
    spec,
  }
  try {
    await resource.create(object as KubeObject, { dryRun: true })
    return true
  } catch (error) {
    // What cannot even be read, such as an embedded object whose kind is no text, is a bad request.
    if (isInvalid(error) || isBadRequest(error)) return false
    throw error
  }
}

function zodAccepts(kind: KindDefinition, object: unknown): boolean {
  try {
    kind.parse(object)
    return true
  } catch (error) {
    if (error instanceof InvalidObjectError) return false
    throw error
  }
}

describe.each(AGREED_KINDS.map((kind) => [kind.kind, kind] as const))('%s', (name, kind) => {
  test('its CRD is accepted without a warning', () => {
    expect(warnings.get(name)).toEqual([])
  })

  test('the server and the definition agree about every object', async () => {
    const hasRules = JSON.stringify(kind.crd()).includes('x-kubernetes-validations')
    const valid = fc.sample(validObjects(fc, kind), { numRuns: VALID, seed: SEED }).map((object) => ({ path: '', what: 'nothing', object }))
    const spoilt = fc.sample(spoiltObjects(fc, kind), { numRuns: SPOILT, seed: SEED })
    const disagreements: string[] = []
    const counts = { accepted: 0, refused: 0, unjudged: 0, known: 0 }
    for (const { path, what, object } of [...valid, ...spoilt]) {
      const here = zodAccepts(kind, object)
      const there = await serverAccepts(kind, object.spec)
      if (what === LIST_FOR_FORMATTED_TEXT) {
        // Known, and the server's: such an object is stored, and refused again by whoever reads it.
        expect(here, `${path} ${what}`).toBe(false)
        counts.known++
      } else if (here === there) counts[there ? 'accepted' : 'refused']++
      else if (there && hasRules && !evaluatesRules) counts.unjudged++
      else
        disagreements.push(
          `${path} ${what}: zod ${here ? 'accepts, the server refuses' : 'refuses, the server accepts'}: ${JSON.stringify(object.spec)}`,
        )
    }
    console.info(
      `${name} on the ${bench.cluster.kind} server: ${counts.accepted} accepted by both, ${counts.refused} refused by both, ${disagreements.length} disagreements; ${counts.known} lists for formatted text, ${counts.unjudged} beyond a server without rules`,
    )
    expect(disagreements).toEqual([])
    // A corpus in which nothing is refused, or nothing accepted, proves nothing.
    expect(counts.accepted).toBeGreaterThan(VALID / 2)
    expect(counts.refused).toBeGreaterThan(SPOILT / 10)
  })
})
