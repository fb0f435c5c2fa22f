import { formatTime, type KubeObject } from 'kubewright'
import { PROTECT } from './protection/protection.ts'

/** On each object of the demonstration: whether the examples' policies delete it in the end. The tests hold them to it. */
export const FATE = 'example.dev/fate'
type Fate = 'goes' | 'stays'

const NAMESPACE = 'gc-demo'
const SECOND = 1_000

interface Made {
  readonly name: string
  readonly fate: Fate
  readonly labels?: Record<string, string>
  readonly annotations?: Record<string, string>
}

const meta = ({ name, fate, labels = {}, annotations = {} }: Made) => ({
  name,
  namespace: NAMESPACE,
  labels,
  annotations: { ...annotations, [FATE]: fate },
})
const configMap = (made: Made) => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: meta(made),
  data: { note: `${made.name} is here for the demonstration` },
})
const secret = (made: Made) => ({
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: meta(made),
  type: 'Opaque',
  stringData: { token: 'not-a-real-token' },
})
const job = (made: Made, suspend: boolean) => ({
  apiVersion: 'batch/v1',
  kind: 'Job',
  metadata: meta(made),
  spec: { suspend, template: { spec: { restartPolicy: 'Never', containers: [{ name: 'main', image: 'registry.k8s.io/pause:3.10' }] } } },
})

/**
 * A few hundred objects for the policies in `examples/`, which fall due over the next four minutes after `now` (wall clock, ms), the first within
 * seconds; and others, like them but for what a policy looks at, that stay. To be created in the order given, after the examples.
 */
export function demoObjects(now: number): readonly KubeObject[] {
  return [...previews(), ...sessions(), ...reports(), ...builds(now), ...jobs(), ...drafts()]
}

const count = <T>(length: number, make: (index: number) => T): T[] => Array.from({ length }, (_, index) => make(index))
const padded = (index: number) => String(index).padStart(3, '0')

function previews(): KubeObject[] {
  return [
    ...count(60, (n) => configMap({ name: `preview-${padded(n)}`, fate: 'goes', labels: { app: 'preview' } })),
    configMap({ name: 'preview-protected', fate: 'stays', labels: { app: 'preview' }, annotations: { [PROTECT]: 'true' } }),
    ...count(10, (n) => configMap({ name: `settings-${padded(n)}`, fate: 'stays', labels: { app: 'settings' } })),
  ]
}

function sessions(): KubeObject[] {
  const session = (name: string, ttl: string, fate: Fate = 'goes') =>
    secret({ name, fate, labels: { app: 'session' }, annotations: { 'example.dev/ttl': ttl } })
  return [
    ...count(90, (n) => session(`session-${padded(n)}`, n % 2 === 0 ? `${5 + 2 * n}s` : String(5 + 2 * n))),
    session('session-forever', 'never', 'stays'),
    // Cannot be read, so it stays, and the policy says so.
    session('session-mistaken', 'a while', 'stays'),
    secret({ name: 'session-unlimited', fate: 'stays', labels: { app: 'session' } }),
  ]
}

function reports(): KubeObject[] {
  const tiers = ['bronze', 'silver', 'gold'] as const
  return [
    ...count(60, (n) => configMap({ name: `report-${padded(n)}`, fate: 'goes', labels: { app: 'report', tier: tiers[n % 3]! } })),
    ...count(5, (n) => configMap({ name: `report-platinum-${n}`, fate: 'stays', labels: { app: 'report', tier: 'platinum' } })),
  ]
}

function builds(now: number): KubeObject[] {
  const build = (name: string, fate: Fate, result: string, finishedAt?: number) =>
    configMap({
      name,
      fate,
      labels: { app: 'build' },
      annotations: { 'example.dev/result': result, ...(finishedAt !== undefined && { 'example.dev/finished-at': formatTime(finishedAt) }) },
    })
  return [
    ...count(60, (n) => build(`build-${padded(n)}`, 'goes', 'passed', now + (3 * n - 55) * SECOND)),
    ...count(5, (n) => build(`build-failed-${n}`, 'stays', 'failed', now - 300 * SECOND)),
    build('build-running', 'stays', 'passed'),
  ]
}

function jobs(): KubeObject[] {
  return count(15, (n) => job({ name: `nightly-${padded(n)}`, fate: 'goes' }, true))
}

/** The policy for these is a dry run. */
function drafts(): KubeObject[] {
  return count(20, (n) => configMap({ name: `draft-${padded(n)}`, fate: 'stays', labels: { app: 'draft' } }))
}
