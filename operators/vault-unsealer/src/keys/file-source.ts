import { readFile, realpath } from 'node:fs/promises'
import { join, sep } from 'node:path'
import { isErrno } from './errno.ts'
import { parseShares } from './parsing.ts'
import type { ShareSource } from './source.ts'

/** More than any number of shares needs. */
const MOST_BYTES = 65_536

/**
 * Shares in a mounted file: `NAMESPACE/NAME/FILE` below the operator's folder, so that an unsealer cannot read another's. Links out of its folder are not
 * followed.
 */
export function fileSource(
  file: string,
  { directory, namespace, name }: { readonly directory: string; readonly namespace: string; readonly name: string },
): ShareSource {
  const called = `file ${namespace}/${name}/${file}`
  const failed = (why: 'EntryMissing' | 'Forbidden' | 'Malformed' | 'Unavailable', message: string) =>
    ({ is: 'failed', why, message: `${called}: ${message}` }) as const
  return {
    name: called,
    async load(signal) {
      if (directory === '') return failed('Forbidden', 'the operator reads no files: set --vault-unsealer-keys-directory')
      try {
        const folder = await realpath(join(directory, namespace, name))
        const path = await realpath(join(folder, file))
        if (!path.startsWith(`${folder}${sep}`)) return failed('Forbidden', 'it is a link out of its folder')
        const value = await readFile(path, { signal })
        if (value.length > MOST_BYTES) return failed('Malformed', `it is larger than ${MOST_BYTES} bytes`)
        const { shares, refused } = parseShares(value)
        const sentences = refused.map(({ at, why }) => `${called}${at === 0 ? '' : `, share ${at}`}: ${why}`)
        return shares.length === 0
          ? { is: 'failed', why: 'Malformed', message: sentences.join('; ') }
          : { is: 'loaded', shares, refused: sentences }
      } catch (error) {
        signal.throwIfAborted()
        if (isErrno(error, 'ENOENT', 'ENOTDIR')) return failed('EntryMissing', 'there is none')
        if (isErrno(error, 'EACCES', 'EPERM')) return failed('Forbidden', 'the operator may not read it')
        return failed('Unavailable', isErrno(error) ? `reading failed (${error.code})` : 'reading failed')
      }
    },
  }
}
