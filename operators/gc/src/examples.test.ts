import { readdirSync, readFileSync } from 'node:fs'
import { type KubeObject, labelSelectorOf, matchesLabels } from 'kubewright'
import { expect, test } from 'vitest'
import { parseAllDocuments } from 'yaml'
import { demoObjects, FATE } from './demo.ts'
import { NO_FACTS } from './facts/facts.ts'
import { ClusterGarbageCollectionPolicy, GarbageCollectionPolicy, type Policy } from './kinds/policies.ts'
import { type ReadyPolicy, readPolicy } from './policy/policy.ts'
import { decide } from './precedence/verdict.ts'

const now = Date.UTC(2026, 0, 1)
const context = { now, facts: NO_FACTS }
const folder = new URL('../examples/', import.meta.url)
const documents = readdirSync(folder)
  .filter((file) => file.endsWith('.yaml'))
  .flatMap((file) =>
    parseAllDocuments(readFileSync(new URL(file, folder), 'utf8')).map((document) => ({ file, object: document.toJS() as KubeObject })),
  )
const policies = documents
  .filter(({ object }) => object.kind !== 'Namespace')
  .map(({ file, object }) => ({
    file,
    policy: (object.kind === 'GarbageCollectionPolicy'
      ? GarbageCollectionPolicy.parse(object)
      : ClusterGarbageCollectionPolicy.parse(object)) as Policy,
  }))

function read({ policy }: { readonly policy: Policy }): { readonly policy: Policy; readonly ready: ReadyPolicy } {
  const reading = readPolicy(policy, { maxDeletionsPerSecond: 100, protection: { namespaces: ['kube-*'], allowedKinds: [] } })
  if ('problem' in reading) throw new Error(reading.problem.message)
  return { policy, ready: reading.ready }
}

/** What the API server would show to the policy's watch. */
function inTarget({ spec: { targetResource } }: Policy, { ready }: { readonly ready: ReadyPolicy }, object: KubeObject): boolean {
  const { matchLabels = {}, matchExpressions = [] } = targetResource.labelSelector ?? {}
  const selector = labelSelectorOf({
    matchLabels,
    matchExpressions: matchExpressions.map(({ values = [], ...expression }) => ({ ...expression, values })),
  })
  return (
    object.apiVersion === targetResource.apiVersion &&
    object.kind === targetResource.kind &&
    (ready.target.namespace === undefined || object.metadata.namespace === ready.target.namespace) &&
    matchesLabels(selector, object.metadata.labels)
  )
}

test('there are a handful of examples, and all of them are legal policies', () => {
  expect(policies.length).toBeGreaterThanOrEqual(5)
  for (const entry of policies) expect(() => read(entry), entry.file).not.toThrow()
})

// Z11: four of zen-gc's nine examples could never delete anything.
test('together they delete just the objects of the demonstration that are marked to go', () => {
  const ready = policies.map(read).filter(({ ready: { mode } }) => !mode.dryRun)
  const later = now + 10 * 60_000
  for (const object of demoObjects(now)) {
    const created = { ...object, metadata: { ...object.metadata, creationTimestamp: '2026-01-01T00:00:00Z' } }
    const verdict = decide(
      ready
        .filter((entry) => inTarget(entry.policy, entry, created))
        .map((entry) => [entry.policy.metadata.name!, entry.ready.judge(created, context)] as const),
    )
    const goes = verdict.is === 'delete' && verdict.at <= later
    expect(goes ? 'goes' : 'stays', object.metadata.name).toBe(object.metadata.annotations?.[FATE])
  }
})

test.each(policies.filter(({ policy }) => policy.spec.behavior.dryRun !== true).map((entry) => [entry.file, entry] as const))(
  '%s deletes something and spares something',
  (_, entry) => {
    const { policy, ready } = read(entry)
    const stamped = demoObjects(now).map((object) => ({
      ...object,
      metadata: { ...object.metadata, creationTimestamp: '2026-01-01T00:00:00Z' },
    }))
    const deletes = stamped.filter((object) => inTarget(policy, { ready }, object) && ready.judge(object, context).is === 'at')
    expect(deletes.length).toBeGreaterThan(10)
    expect(deletes.length).toBeLessThan(stamped.length)
  },
)

test('they fall due little by little, the first within seconds', () => {
  const ready = policies.map(read)
  const stamped = demoObjects(now).map((object) => ({
    ...object,
    metadata: { ...object.metadata, creationTimestamp: '2026-01-01T00:00:00Z' },
  }))
  const times = stamped.flatMap((object) =>
    ready
      .filter((entry) => inTarget(entry.policy, entry, object))
      .flatMap((entry) => {
        const opinion = entry.ready.judge(object, context)
        return opinion.is === 'at' ? [opinion.at - now] : []
      }),
  )
  expect(Math.min(...times)).toBeLessThan(10_000)
  expect(Math.max(...times)).toBeGreaterThan(200_000)
  expect(new Set(times).size).toBeGreaterThan(80)
})

test('K18: the one example that reads a field outside metadata loads whole objects; the others do not', () => {
  expect(
    policies
      .map(read)
      .filter(({ ready }) => !ready.target.metadataOnly)
      .map(({ policy }) => policy.metadata.name),
  ).toEqual(['suspended-jobs'])
})
