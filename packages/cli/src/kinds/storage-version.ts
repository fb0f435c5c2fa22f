import { createHash } from 'node:crypto'
import type { Client } from '@kubewright/client'
import { type Clock, sleep, systemClock } from '@kubewright/core'
import type { CrdManifest } from '@kubewright/schema'
import { KindInstallError } from './install-error.ts'

export interface SettlingOptions {
  /**
   * How long after the API server tells of the stored version it may still write in the one before, in ms.
   * @default 2 s: its handlers take up a changed CRD within a second; of several API servers the last may be slower
   */
  readonly settle?: number
  /** How long the API server may take to serve a kind, and to store it in its version, in ms. @default 30 s: it takes a second, and longer when many CRDs come at once */
  readonly timeout?: number
  readonly signal?: AbortSignal
  readonly clock?: Clock
}

const POLL = 100
export const LONGEST_WAIT = 30_000

/**
 * Waits until the API server stores a kind in the version that its CRD says. Whoever writes objects anew before that gets them back in the old
 * version, and loses them when it goes. An API server that does not tell (the embedded one) takes up a CRD at once.
 * @throws KindInstallError when it does not in time
 */
export async function untilStored(
  client: Client,
  { group, names, versions }: CrdManifest['spec'],
  options: SettlingOptions = {},
): Promise<void> {
  const { settle = 2000, timeout = LONGEST_WAIT, signal, clock = systemClock } = options
  const end = clock.monotonic() + timeout
  const { name } = versions.find(({ storage }) => storage)!
  const served = versions.find((version) => version.served)
  if (served === undefined) return
  const expected = storageVersionHash(group, name, names.kind)
  for (;;) {
    const { resources } = await client.request<ResourceList>('GET', `/apis/${group}/${served.name}`, signal === undefined ? {} : { signal })
    const told = resources.find((resource) => resource.name === names.plural)?.storageVersionHash
    if (told === undefined) return
    if (told === expected) return sleep(settle, { clock, signal })
    if (clock.monotonic() > end)
      throw new KindInstallError(
        `${names.plural}.${group}`,
        `the API server does not store it in ${name} after ${timeout} ms: another program may have changed the CRD; install again`,
      )
    await sleep(POLL, { clock, signal })
  }
}

interface ResourceList {
  readonly resources: readonly { readonly name: string; readonly storageVersionHash?: string }[]
}

/** As apiserver's discovery package computes it: the first 8 bytes of SHA-256. */
function storageVersionHash(group: string, version: string, kind: string): string {
  return createHash('sha256').update(`${group}/${version}/${kind}`).digest().subarray(0, 8).toString('base64')
}
