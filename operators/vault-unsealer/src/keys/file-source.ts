import { type Envelope, sharesIn } from './envelope.ts'
import { type OwnFolder, readOwnFile } from './own-file.ts'
import type { ShareSource } from './source.ts'

/** Shares in a mounted file of the unsealer's own folder. */
export function fileSource(file: string, folder: OwnFolder, envelope: Envelope): ShareSource {
  const called = `file ${folder.namespace}/${folder.name}/${file}`
  return {
    name: called,
    async load(signal) {
      const read = await readOwnFile(file, folder, signal)
      if (read.is === 'failed') return read
      const { shares, refused } = await sharesIn(read.value, envelope, signal)
      const sentences = refused.map(({ at, why }) => `${called}${at === 0 ? '' : `, share ${at}`}: ${why}`)
      return shares.length === 0
        ? { is: 'failed', why: 'Malformed', message: sentences.join('; ') }
        : { is: 'loaded', shares, refused: sentences }
    },
  }
}
