import { existsSync, globSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

/** The files of the integration suite by whether the server that they are run on makes a difference. */
export interface ServerSuites {
  /** Run on the embedded and on the real server. */
  readonly either: readonly string[]
  /** Use no server, or say themselves which one: once is enough. */
  readonly local: readonly string[]
}

const RELATIVE_IMPORT = /(?:from|import)\s*\(?\s*'(\.[^']+\.ts)'/g
/** Takes the server that the environment says: a cluster of no kind, or somebody who asks for the kind. */
const ASKS_FOR_A_SERVER = /startTestCluster\((?!\{ server: '(?:embedded|real)')|KUBEWRIGHT_TEST_SERVER|serverKindOf/

/** What a file imports of the suite decides, so that nobody has to keep a list. Paths are relative to `root`. */
export function serverSuites(root: string): ServerSuites {
  const files = globSync('test/**/*.test.ts', { cwd: root }).sort()
  const asks = (file: string) => [...closureOf(join(root, file))].some((each) => ASKS_FOR_A_SERVER.test(readFileSync(each, 'utf8')))
  return { either: files.filter(asks), local: files.filter((file) => !asks(file)) }
}

function closureOf(file: string, seen = new Set<string>()): ReadonlySet<string> {
  if (seen.has(file) || !existsSync(file)) return seen
  seen.add(file)
  for (const [, imported] of readFileSync(file, 'utf8').matchAll(RELATIVE_IMPORT)) closureOf(join(dirname(file), imported!), seen)
  return seen
}
