import { deepEqual, type KubeObject } from 'kubewright'

type Spec = Readonly<Record<string, unknown>>

const specOf = (object: KubeObject) => (object as { readonly spec?: Spec }).spec ?? {}

export function changesSpec(old: KubeObject, now: KubeObject): boolean {
  return !deepEqual(specOf(old), specOf(now))
}

/** Whether the change can do no more than keep objects: pausing, and a dry run. Everybody who may write a policy may do that. */
export function onlyRestrains(old: KubeObject, now: KubeObject): boolean {
  const [before, after] = [specOf(old), specOf(now)]
  const stops = (spec: Spec) => ({ paused: spec['paused'] === true, dryRun: behaviorOf(spec)['dryRun'] === true })
  const [was, is] = [stops(before), stops(after)]
  if ((was.paused && !is.paused) || (was.dryRun && !is.dryRun)) return false
  return deepEqual(withoutStops(before), withoutStops(after))
}

const behaviorOf = (spec: Spec): Spec =>
  typeof spec['behavior'] === 'object' && spec['behavior'] !== null ? (spec['behavior'] as Spec) : {}

function withoutStops({ paused: _, ...spec }: Spec): Spec {
  const { dryRun: __, ...behavior } = behaviorOf(spec)
  return { ...spec, behavior }
}
