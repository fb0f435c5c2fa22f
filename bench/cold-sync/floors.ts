import { join } from 'node:path'
import type { ClusterConnection } from 'kubewright'
import { bundled } from '../contest/bundle.ts'
import { writeIdentity } from '../contest/identity.ts'
import type { Contestant } from './contestant.ts'

const program = join(import.meta.dirname, 'floor-program.ts')
const LIST = '/api/v1/configmaps?resourceVersion=0'
const WATCH_LIST = '/api/v1/configmaps?watch=1&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true'
const JSON_TYPE = 'application/json'

/** What bare Node takes for the same bytes: below this no program in it comes. */
export function floors(folder: string, connection: ClusterConnection): readonly Contestant[] {
  const bundle = bundled(folder, program)
  const identity = join(folder, 'identity.json')
  const floor = (name: string, mode: 'bytes' | 'parsed' | 'frames', path: string, accept = JSON_TYPE): Contestant => ({
    name,
    side: 'floor',
    keeps: accept === JSON_TYPE ? 'objects' : 'metadata',
    holdsNothing: mode === 'bytes',
    async prepare() {
      await bundle.prepare()
      writeIdentity(identity, connection)
    },
    launch: () => ({ command: process.execPath, args: [bundle.file, identity, `${connection.server}${path}`, mode, accept] }),
  })
  const goal = { cpu: 1 / 1.2 }
  const reduced = (form: string) => `${JSON_TYPE};as=${form};g=meta.k8s.io;v=v1`
  return [
    floor('bare Node: the bytes of a LIST', 'bytes', LIST),
    floor('bare Node: LIST, parsed in one piece', 'parsed', LIST),
    { ...floor('bare Node: WatchList, frame by frame', 'frames', WATCH_LIST), goal },
    { ...floor('bare Node: metadata, WatchList, frame by frame', 'frames', WATCH_LIST, reduced('PartialObjectMetadata')), goal },
  ]
}
