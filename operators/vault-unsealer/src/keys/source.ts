/** Why a source gives nothing. */
export type SourceFailure = 'SecretMissing' | 'EntryMissing' | 'Forbidden' | 'NotGranted' | 'Malformed' | 'Unavailable'

export type Loaded =
  /** The caller overwrites the shares. `refused`: sentences on what was left out; never a share in them. */
  | { readonly is: 'loaded'; readonly shares: readonly Buffer[]; readonly refused: readonly string[] }
  | { readonly is: 'failed'; readonly why: SourceFailure; readonly message: string }

/**
 * Where key shares come from. A new one (a cloud's key service, an HSM) implements this: `load` is called when the unsealer starts, when something that
 * concerns it changes, and at its interval while the last load failed.
 */
export interface ShareSource {
  /** For people, such as `Secret vault/keys, entry "a"`. */
  readonly name: string
  /** Never rejects for what is wrong with the source: that is an answer. @throws the signal's reason */
  load(signal: AbortSignal): Promise<Loaded>
}

/** Makes a source for one VaultUnsealer from the settings that its author wrote: they may not lead to what is not his. */
export type ShareSourceFactory = (
  settings: Readonly<Record<string, string>>,
  unsealer: { readonly namespace: string; readonly name: string },
) => ShareSource

/** A source that there is not. */
export function missingSource(name: string): ShareSource {
  const message = `unsealKeysFrom: this operator was built without a source "${name}"`
  return { name, load: () => Promise.resolve({ is: 'failed', why: 'Forbidden', message }) }
}
