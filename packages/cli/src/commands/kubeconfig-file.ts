import { mkdir, rename, rm, writeFile } from 'node:fs/promises'
import { homedir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { ConfigurationError, messageOf } from '@kubewright/core'

/** Writes a kubeconfig whole or not at all, readable by its owner alone: it holds an admin's token. @returns the absolute path */
export async function writeKubeconfigFile(path: string, text: string): Promise<string> {
  const target = resolve(path)
  try {
    await mkdir(dirname(target), { recursive: true })
    const part = `${target}.${process.pid}.part`
    // Never into a file that is there: another user of the folder may have made it, or a link of that name, to read the token.
    await rm(part, { force: true })
    await writeFile(part, text, { mode: 0o600, flag: 'wx' })
    await rename(part, target)
  } catch (error) {
    throw new ConfigurationError(
      `cannot write the kubeconfig to ${target}: ${messageOf(error)}; name another place with --write-kubeconfig`,
      { cause: error },
    )
  }
  return target
}

/** Where `kubewright up` leaves its kubeconfig when nobody names a place. */
export function defaultKubeconfigPath(environment: Readonly<Record<string, string | undefined>>): string {
  return join(environment['XDG_CACHE_HOME'] || join(homedir(), '.cache'), 'kubewright', 'up', 'kubeconfig')
}
