import type { Json } from './json.ts'

type Fields = Readonly<Record<string, unknown>>
export type Tags = Readonly<Record<string, string>>

/** Tags of the provider's own: nobody else can set or remove them. */
const RESERVED = 'aws:'

/** What a server answered, as a map. A tag without a value has an empty one. */
export function tagsOf(set: unknown): Tags {
  if (!Array.isArray(set)) return {}
  return Object.fromEntries(
    set.flatMap((tag: Fields) =>
      typeof tag['Key'] === 'string' ? [[tag['Key'], typeof tag['Value'] === 'string' ? tag['Value'] : '']] : [],
    ),
  )
}

export const tagSet = (tags: Tags): readonly { readonly Key: string; readonly Value: string }[] =>
  Object.entries(tags).map(([Key, Value]) => ({ Key, Value }))

export interface WantedTags {
  readonly tags: Tags
  readonly mode: 'Merge' | 'Exclusive'
}

/** All tags that there are to be. With Merge others' tags stay. */
export function mergedTags(wanted: WantedTags, seen: Tags): Tags {
  const kept = Object.entries(seen).filter(([key]) => wanted.mode === 'Merge' || key.startsWith(RESERVED))
  return { ...Object.fromEntries(kept), ...wanted.tags }
}

export const canonicalTags = (tags: Tags): Json => Object.fromEntries(Object.entries(tags).filter(([key]) => !key.startsWith(RESERVED)))
