import { dirname } from 'node:path'
import { KubeconfigError } from './kubeconfig-error.ts'

/** One named entry, still as it was written: only what the chosen context uses is looked at closely, so a broken stranger does no harm. */
export interface KubeconfigEntry {
  readonly raw: unknown
  /** The file it came from, for messages. */
  readonly file: string
  /** What its relative paths are relative to. */
  readonly folder: string
}

/** One kubeconfig, or several merged. */
export interface Kubeconfig {
  readonly files: readonly string[]
  readonly clusters: ReadonlyMap<string, KubeconfigEntry>
  readonly users: ReadonlyMap<string, KubeconfigEntry>
  readonly contexts: ReadonlyMap<string, KubeconfigEntry>
  readonly currentContext: string | undefined
}

/**
 * @param file its path, for messages and relative paths
 * @throws ConfigurationError when the text is no kubeconfig
 */
export async function parseKubeconfig(text: string, file: string): Promise<Kubeconfig> {
  const root = await contentOf(text, file)
  if (root !== null && (typeof root !== 'object' || Array.isArray(root))) {
    throw new KubeconfigError(`${file} is not a kubeconfig: its top level is no mapping`)
  }
  const fields = (root ?? {}) as Readonly<Record<string, unknown>>
  if (fields['kind'] !== undefined && fields['kind'] !== 'Config') {
    throw new KubeconfigError(`${file} is not a kubeconfig: its kind is ${JSON.stringify(fields['kind'])}, not "Config"`)
  }
  const currentContext = fields['current-context']
  if (currentContext !== undefined && currentContext !== null && typeof currentContext !== 'string') {
    throw new KubeconfigError(`${file}: current-context is not a string: put it in quotes`)
  }
  const entries = (list: string, content: string) => namedEntries(fields[list], list, content, file)
  return {
    files: [file],
    clusters: entries('clusters', 'cluster'),
    users: entries('users', 'user'),
    contexts: entries('contexts', 'context'),
    currentContext: currentContext || undefined,
  }
}

async function contentOf(text: string, file: string): Promise<unknown> {
  if (text.startsWith('{')) {
    try {
      return JSON.parse(text)
    } catch {
      // YAML begins like this too, and what is neither is explained better as YAML.
    }
  }
  // Loaded for it alone: a program in a Pod meets no YAML, and the parser is a tenth of what it would load.
  const { parseYaml } = await import('./yaml-document.ts')
  return parseYaml(text, file)
}

function namedEntries(raw: unknown, list: string, content: string, file: string): ReadonlyMap<string, KubeconfigEntry> {
  const entries = new Map<string, KubeconfigEntry>()
  if (raw === undefined || raw === null) return entries
  if (!Array.isArray(raw)) throw new KubeconfigError(`${file}: ${list} is not a list`)
  for (const [index, item] of raw.entries()) {
    const { name, [content]: body } = (item ?? {}) as Record<string, unknown>
    if (typeof name !== 'string' || name === '') {
      throw new KubeconfigError(`${file}: ${list}[${index}] has no name: each entry needs "name" and "${content}"`)
    }
    // client-go takes the first of two with one name, within a file as between files.
    if (!entries.has(name)) entries.set(name, { raw: body, file, folder: dirname(file) })
  }
  return entries
}

/** As kubectl merges a `KUBECONFIG` list: the first file that has a name, or a current context, wins. */
export function mergeKubeconfigs(configs: readonly Kubeconfig[]): Kubeconfig {
  // Later entries of a Map's source overwrite earlier ones, so the files go in backwards.
  const firstWins = (pick: (config: Kubeconfig) => ReadonlyMap<string, KubeconfigEntry>) =>
    new Map(configs.toReversed().flatMap((config) => [...pick(config)]))
  return {
    files: configs.flatMap((config) => config.files),
    clusters: firstWins((config) => config.clusters),
    users: firstWins((config) => config.users),
    contexts: firstWins((config) => config.contexts),
    currentContext: configs.find((config) => config.currentContext !== undefined)?.currentContext,
  }
}
