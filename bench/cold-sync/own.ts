import { join } from 'node:path'
import { ENVIRONMENT, NODE_FLAGS } from '../../scripts/image/memory-settings.ts'
import { type Bundle, bundled } from '../contest/bundle.ts'
import type { Contestant } from './contestant.ts'
import type { OwnMode } from './own-program.ts'

const program = join(import.meta.dirname, 'own-program.ts')
const STREAMED: OwnMode = { scope: {}, cache: {} }

/** One bundle, run by Node with the image's flags unless it says otherwise. */
export function ownContestants(folder: string): readonly Contestant[] {
  const bundle = bundled(folder, program)
  return [
    own('kubewright: WatchList, JSON (its default)', bundle, STREAMED),
    { ...own('the same, by Node as it is', bundle, STREAMED, 'plain') },
    own('kubewright: LIST, JSON', bundle, { scope: {}, cache: { watchList: 'never' } }),
    { ...own('kubewright: metadata, WatchList, JSON', bundle, { scope: { metadataOnly: true }, cache: {} }), keeps: 'metadata' },
  ]
}

function own(name: string, { prepare, file }: Bundle, mode: OwnMode, how: 'image' | 'plain' = 'image'): Contestant {
  const [flags, environment] = how === 'image' ? [NODE_FLAGS, ENVIRONMENT] : [[], {}]
  return {
    name,
    side: 'ours',
    keeps: 'objects',
    prepare,
    launch: ({ kubeconfig }) => ({
      command: process.execPath,
      args: [...flags, file, kubeconfig, JSON.stringify(mode)],
      env: { NODE_ENV: 'production', ...environment },
    }),
  }
}
