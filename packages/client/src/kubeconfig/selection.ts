import { Fields } from './fields.ts'
import type { Kubeconfig, KubeconfigEntry } from './kubeconfig.ts'
import { KubeconfigError } from './kubeconfig-error.ts'
import type { Problems } from './problems.ts'

/** Which entries of a kubeconfig to use; each overrides what the context says. */
export interface KubeconfigChoice {
  readonly context?: string | undefined
  readonly cluster?: string | undefined
  readonly user?: string | undefined
  readonly namespace?: string | undefined
}

export interface SelectedEntry {
  readonly fields: Fields
  readonly folder: string
}

export interface KubeconfigSelection {
  readonly cluster: SelectedEntry
  /** Absent when the context names no user: an anonymous connection. */
  readonly user: SelectedEntry | undefined
  readonly namespace: string | undefined
}

/** @throws ConfigurationError when the context, or an entry it names, is not there */
export function selectEntries(config: Kubeconfig, choice: KubeconfigChoice, problems: Problems): KubeconfigSelection {
  const files = config.files.join(', ')
  const contextName = choice.context ?? config.currentContext
  const needsContext = choice.cluster === undefined
  if (contextName === undefined && needsContext) {
    throw new KubeconfigError(
      config.contexts.size === 0
        ? `${files} has no contexts: is it a kubeconfig?`
        : `${files} has no current-context: name one of ${names(config.contexts)} with --context, or run "kubectl config use-context NAME"`,
    )
  }
  const contextEntry = contextName === undefined ? undefined : config.contexts.get(contextName)
  if (contextName !== undefined && contextEntry === undefined && (needsContext || choice.context !== undefined)) {
    throw new KubeconfigError(`${files} has no context "${contextName}": it has ${names(config.contexts)}`)
  }
  const where = contextEntry ? `${contextEntry.file}: contexts[${contextName}].context` : files
  const context = new Fields(contextEntry?.raw, where, problems)
  const clusterName = choice.cluster ?? context.text('cluster')
  const userName = choice.user ?? context.text('user')
  if (clusterName === undefined) throw new KubeconfigError(`${where} names no cluster`)

  const cluster = config.clusters.get(clusterName)
  if (cluster === undefined) problems.add(`${where}: there is no cluster "${clusterName}": there are ${names(config.clusters)}`)
  const user = userName === undefined ? undefined : config.users.get(userName)
  if (userName !== undefined && user === undefined) {
    problems.add(`${where}: there is no user "${userName}": there are ${names(config.users)}`)
  }
  const entry = (found: KubeconfigEntry | undefined, path: string): SelectedEntry => ({
    fields: new Fields(found?.raw, `${found?.file ?? files}: ${path}`, problems),
    folder: found?.folder ?? '',
  })
  problems.throwIfAny()
  return {
    cluster: entry(cluster, `clusters[${clusterName}].cluster`),
    user: userName === undefined ? undefined : entry(user, `users[${userName}].user`),
    namespace: choice.namespace ?? context.text('namespace'),
  }
}

function names(entries: ReadonlyMap<string, KubeconfigEntry>): string {
  return entries.size === 0 ? 'none' : [...entries.keys()].map((name) => `"${name}"`).join(', ')
}
