import { type Clock, parseDuration } from 'kubewright'
import { keyOf, type UnsealerName } from '../attendance/attendance.ts'
import { ageEnvelope } from '../keys/envelope.ts'
import { fileSource } from '../keys/file-source.ts'
import { type LoadedKeys, loadKeys } from '../keys/loading.ts'
import { type SecretSourceParts, secretSource } from '../keys/secret-source.ts'
import { missingSource, type ShareSource, type ShareSourceFactory } from '../keys/source.ts'
import { vaultSource } from '../keys/vault-source.ts'
import { type LoadedTls, loadTls } from './transport-security.ts'

export interface Material {
  readonly keys: LoadedKeys
  readonly tls: LoadedTls
}

interface Kept extends Material {
  readonly generation: number | undefined
  readonly loadedAt: number
}

export interface MaterialOptions {
  readonly allowedHosts: readonly string[]
  readonly keysDirectory: string
  /** Added sources, by name. */
  readonly sources: Readonly<Record<string, ShareSourceFactory>>
}

/** Shares and certificates of the unsealers, read anew when something about them has changed. */
export class Materials {
  readonly #options: MaterialOptions
  readonly #kept = new Map<string, Kept>()
  /** What has changed since it was asked for; a load that is under way may have seen it or not. */
  readonly #changed = new Set<string>()

  constructor(options: MaterialOptions) {
    this.#options = options
  }

  /** Something that it was made of is not what it was. */
  outdated(of: UnsealerName): void {
    this.#changed.add(keyOf(of))
  }

  forget(of: UnsealerName): void {
    this.#kept.delete(keyOf(of))
    this.#changed.delete(keyOf(of))
  }

  /** The same share set as before is the same object as before. */
  async of(parts: SecretSourceParts, clock: Clock, signal: AbortSignal): Promise<Material> {
    const { metadata, spec } = parts.unsealer
    const key = keyOf({ namespace: metadata.namespace ?? '', name: metadata.name ?? '' })
    const kept = this.#kept.get(key)
    const unwatched = (spec.unsealKeysFiles ?? []).length + (spec.unsealKeysVault ?? []).length + (spec.unsealKeysFrom ?? []).length > 0
    // What no event tells is looked at again at the interval: files, other Vaults, and what failed.
    const doubtful = unwatched || kept === undefined || kept.keys.problems.length > 0 || kept.tls.is === 'failed'
    const old = kept !== undefined && doubtful && clock.monotonic() - kept.loadedAt >= parseDuration(spec.interval)
    if (kept !== undefined && kept.generation === metadata.generation && !old && !this.#changed.has(key)) return kept
    this.#changed.delete(key)
    const [loaded, tls] = await Promise.all([loadKeys(this.#sources(parts), signal), loadTls(parts, signal)])
    const keys = kept !== undefined && kept.keys.set.name === loaded.set.name ? { ...loaded, set: kept.keys.set } : loaded
    if (keys !== loaded) loaded.set.wipe()
    const fresh = { keys, tls, generation: metadata.generation, loadedAt: clock.monotonic() }
    this.#kept.set(key, fresh)
    return fresh
  }

  #sources(parts: SecretSourceParts): readonly ShareSource[] {
    const { spec, metadata } = parts.unsealer
    const place = { directory: this.#options.keysDirectory, namespace: metadata.namespace ?? '', name: metadata.name ?? '' }
    const envelope = ageEnvelope(place)
    return [
      ...spec.unsealKeysSecretRefs.map((ref) => secretSource(ref, { ...parts, envelope })),
      ...(spec.unsealKeysFiles ?? []).map((file) => fileSource(file, place, envelope)),
      ...(spec.unsealKeysVault ?? []).map((ref) => vaultSource(ref, { ...parts, envelope, allowedHosts: this.#options.allowedHosts })),
      ...(spec.unsealKeysFrom ?? []).map(({ source, settings }) => this.#added(source)?.(settings, place) ?? missingSource(source)),
    ]
  }

  #added(name: string): ShareSourceFactory | undefined {
    return Object.hasOwn(this.#options.sources, name) ? this.#options.sources[name] : undefined
  }
}
