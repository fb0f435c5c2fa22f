import { ConfigMap, type ControllerDefinition, controller, discoveryV1, Pod, Secret, watch } from 'kubewright'
import { Attendance, type UnsealerName } from '../attendance/attendance.ts'
import type { UnsealerConfig } from '../config.ts'
import type { ShareSourceFactory } from '../keys/source.ts'
import { VaultUnsealerGrant } from '../kinds/grant.ts'
import { VaultUnsealer } from '../kinds/vault-unsealer.ts'
import { newsOf } from '../members/pods.ts'
import type { Meter } from '../metrics/meter.ts'
import { Materials } from './material.ts'
import { type Context, reconcileUnsealer } from './reconcile.ts'
import { Registry } from './registry.ts'

/** The original's: objects that bear it must be able to go. */
export const FINALIZER = 'autounseal.vault.io/finalizer'

export interface UnsealerControllerOptions {
  readonly config: UnsealerConfig
  readonly meter: Meter
  /** Sources of shares beside those that are built in, by name. @default none */
  readonly sources?: Readonly<Record<string, ShareSourceFactory>>
  /** @throws Error when this replica does not lead */
  readonly assertLeader: () => void
}

export function unsealerController({
  config,
  meter,
  assertLeader,
  sources = {},
}: UnsealerControllerOptions): ControllerDefinition<VaultUnsealer> {
  const attendance = new Attendance(config.concurrency)
  const registry = new Registry()
  const materials = new Materials({ ...config, sources })
  const outdated = (concerned: readonly UnsealerName[]) => {
    for (const each of concerned) materials.outdated(each)
    return concerned
  }
  const heard = (pod: Pod) => {
    const concerned = registry.ofPod(pod)
    const news = newsOf(pod)
    for (const each of concerned) attendance.get(each)?.notice(news)
    return concerned
  }
  const forget = (of: UnsealerName) => {
    attendance.dismiss(of)
    registry.forget(of)
    materials.forget(of)
    meter.forget(of)
  }
  const of = ({ request: { name, namespace = '' } }: Pick<Context, 'request'>): UnsealerName => ({ name, namespace })
  return controller(VaultUnsealer, {
    name: 'vault-unsealer',
    workers: config.workers,
    finalizer: FINALIZER,
    // Its nodes are looked after between the reconciles, by one replica.
    sharded: false,
    watches: [
      watch(Pod, heard, { transform: slimPod }),
      watch(discoveryV1.EndpointSlice, (slice) => registry.ofSlice(slice)),
      // Their content is read when it is needed, and kept in no cache.
      watch(Secret, (secret) => outdated(registry.ofSecret(secret)), { metadataOnly: true }),
      watch(ConfigMap, (configMap) => outdated(registry.ofConfigMap(configMap)), { metadataOnly: true }),
      watch(VaultUnsealerGrant, (grant) => outdated(registry.ofGrant(grant))),
    ],
    sources: [attendance.source],
    async reconcile(context) {
      const started = context.clock.monotonic()
      registry.saw(context.object)
      try {
        return await reconcileUnsealer(context, { attendance, materials, meter, assertLeader, allowedHosts: config.allowedHosts })
      } finally {
        meter.reconciled(of(context), (context.clock.monotonic() - started) / 1_000)
      }
    },
    /** Nothing outside of this process has to be undone: Vault need not be there for an unsealer to go. */
    cleanup: (context) => forget(of(context)),
    onDeleted: ({ name, namespace = '' }) => forget({ name, namespace }),
  })
}

/** What is looked at of a pod: a cluster may have many, and large ones. */
function slimPod({ spec: _spec, metadata: { managedFields: _managed, ...metadata }, status, ...pod }: Pod): Pod {
  const { phase, podIP, containerStatuses } = status ?? {}
  return {
    ...pod,
    metadata,
    status: { ...(phase && { phase }), ...(podIP && { podIP }), ...(containerStatuses && { containerStatuses }) },
  }
}
