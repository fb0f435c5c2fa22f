import type { ConfigMap } from 'kubewright'
import type { Application, PodSpecFields } from '../kind/application.ts'
import { childMeta } from './names.ts'
import { hashOf } from './revision.ts'

/** The settings and where they are. */
export interface Settings {
  readonly name: string
  readonly hash: string
  readonly data: Readonly<Record<string, string>>
}

/**
 * Settings are never changed in place: another text is another ConfigMap. So pods of an older revision keep theirs when they are started anew in the
 * middle of a rollout, and a rollback brings back the settings together with the image.
 */
export function settingsOf(application: Application, { config = {} }: PodSpecFields): Settings | undefined {
  if (Object.keys(config).length === 0) return undefined
  const hash = hashOf(config)
  return { name: `${application.metadata.name ?? ''}-config-${hash}`, hash, data: config }
}

export function configMapOf(application: Application, { name, data }: Settings): ConfigMap {
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: childMeta(application, name), data, immutable: true }
}
