import { isRemoteFailure } from '../gateway/failure.ts'
import type { Storage } from '../gateway/storage.ts'

export type Emptied =
  | { readonly is: 'empty'; readonly deleted: number }
  | { readonly is: 'more'; readonly deleted: number }
  /** Nothing of what is left can be deleted: it is locked, or somebody adds as fast. */
  | { readonly is: 'stuck'; readonly deleted: number; readonly left: number; readonly first: string; readonly code: string }

/** Pages in one pass: other objects want their turn, and progress is to be seen. */
const PAGES = 20

/** Empties a bucket with its versions, markers and unfinished uploads, as far as one pass goes. */
export async function empty(
  storage: Storage,
  bucket: string,
  options: { readonly bypassGovernanceRetention: boolean },
  signal: AbortSignal,
): Promise<Emptied> {
  let deleted = 0
  for (let page = 0; page < PAGES; page++) {
    const { items } = await storage.versions(bucket, signal)
    if (items.length === 0) return (await abortUploads(storage, bucket, signal)) ? { is: 'empty', deleted } : { is: 'more', deleted }
    const refused = await storage.deleteVersions(bucket, items, options, signal)
    deleted += items.length - refused.length
    const [first] = refused
    if (first !== undefined && refused.length >= items.length)
      return { is: 'stuck', deleted, left: refused.length, first: first.key, code: first.code }
  }
  return { is: 'more', deleted }
}

/** @returns whether none is left */
async function abortUploads(storage: Storage, bucket: string, signal: AbortSignal): Promise<boolean> {
  try {
    const { items, more } = await storage.uploads(bucket, signal)
    for (const upload of items) await storage.abortUpload(bucket, upload, signal)
    return !more
  } catch (error) {
    // Servers without multipart uploads have none to abort.
    if (isRemoteFailure(error, 'Unsupported')) return true
    throw error
  }
}

export async function isEmpty(storage: Storage, bucket: string, signal: AbortSignal): Promise<boolean> {
  return (await storage.versions(bucket, signal)).items.length === 0
}
