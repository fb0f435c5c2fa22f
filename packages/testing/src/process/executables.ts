import { accessSync, constants } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { ConfigurationError } from '@kubewright/core'

/** Where set-up keeps the real servers for all clones of one user. */
export function serverCache(env: NodeJS.ProcessEnv = process.env): string {
  return join(env['XDG_CACHE_HOME'] || join(homedir(), '.cache'), 'kubewright', 'servers')
}

/** The folders that are searched, first wins: a folder named by hand, then the user's cache. */
export function serverFolders(env: NodeJS.ProcessEnv = process.env): readonly string[] {
  const named = env['KUBEWRIGHT_SERVERS']
  return named ? [named, serverCache(env)] : [serverCache(env)]
}

/**
 * The first folder that has all the executables.
 * @throws ConfigurationError naming what is missing where, and how to get it.
 */
export function findServers(names: readonly string[], folders: readonly string[] = serverFolders()): string {
  for (const folder of folders) if (missingExecutables(names, folder).length === 0) return folder
  const gaps = folders.map((folder) => `${folder} lacks ${missingExecutables(names, folder).join(', ')}`)
  throw new ConfigurationError(
    `real test servers are not there: ${gaps.join('; ')}. Run \`npm run servers\`, or set KUBEWRIGHT_SERVERS to a folder that has them`,
  )
}

/** Those of the names that are no executable in the folder. */
export function missingExecutables(names: readonly string[], folder: string): readonly string[] {
  return names.filter((name) => !isExecutable(join(folder, name)))
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}
