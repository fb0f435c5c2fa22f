import { createHash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { extname, join, parse } from 'node:path'
import { type Client, type ClientOptions, connect, kubeconfigContexts } from '@kubewright/client'
import { ConfigurationError, messageOf, sleep } from '@kubewright/core'
import { type Duration, milliseconds } from '../controller/duration.ts'
import type { Logger } from '../log/logger.ts'
import type { Manager } from '../manager/manager.ts'
import type { Runnable } from '../manager/runnable.ts'

/** Where clusters are found: a folder with a kubeconfig for each (its current context counts), or the contexts of one kubeconfig. */
export type KubeconfigSource =
  /** As a Secret is mounted: `paris.yaml` is the cluster `paris`. Names that begin with a dot are left out. */
  | { readonly folder: string }
  | {
      readonly kubeconfig: string
      /** @default all of them */
      readonly contexts?: readonly string[]
    }

/** Which contexts become clusters of a manager, and how often that is looked at. */
export type KubeconfigClustersOptions = KubeconfigSource & {
  /** What else the clients are made with. */
  readonly client?: ClientOptions
  /**
   * How often the files are read.
   * @default 10 s: the kubelet takes up to a minute to bring a changed Secret, and notices of file systems do not cross every mount
   */
  readonly interval?: Duration
}

/** A cluster as a file describes it now. */
interface Found {
  /** Changes when the description does. */
  readonly print: string
  connect(): Promise<Client>
}

interface Joined {
  readonly print: string
  readonly client: Client
}

/**
 * Lets clusters join and leave a manager as their kubeconfigs come, change and go, on every replica: `manager.add(kubeconfigClusters({ folder }))`.
 * A kubeconfig that cannot be read is told once, and changes nothing for the cluster that it described before. A change, or that one is gone, is
 * believed when it was read twice.
 */
export function kubeconfigClusters(options: KubeconfigClustersOptions): Runnable {
  const interval = milliseconds(options.interval ?? 10_000)
  if (!(interval > 0)) throw new ConfigurationError(`kubeconfigClusters: "interval" is ${interval} ms: it must be more than 0`)
  const place = 'folder' in options ? options.folder : options.kubeconfig
  return {
    name: `clusters of ${place}`,
    needsLeaderElection: false,
    run: (signal, manager) => new Follower(options, manager).run(signal, interval),
  }
}

class Follower {
  readonly #options: KubeconfigClustersOptions
  readonly #manager: Manager
  readonly #log: Logger
  readonly #joined = new Map<string, Joined>()
  /** Changes that were seen once: a file that is just being written reads as empty, or ends too early. */
  readonly #doubted = new Map<string, string | undefined>()
  /** What was said of each, so that it is said once. */
  readonly #said = new Map<string, string>()

  constructor(options: KubeconfigClustersOptions, manager: Manager) {
    this.#options = options
    this.#manager = manager
    this.#log = manager.log
  }

  async run(signal: AbortSignal, interval: number): Promise<void> {
    const { clock } = this.#manager
    try {
      for (;;) {
        await this.#follow(signal)
        await sleep(interval, { clock, signal })
      }
    } catch (error) {
      if (!signal.aborted) throw error
    } finally {
      await Promise.all([...this.#joined.keys()].map((name) => this.#leave(name)))
    }
  }

  async #follow(signal: AbortSignal): Promise<void> {
    const found = await this.#find()
    if (found === undefined) return
    for (const [name, { print }] of this.#joined) {
      const now = found.get(name)
      if (this.#isSettled(name, print, now?.print)) await this.#leaveUnlessBroken(name, now)
    }
    for (const [name, cluster] of found) if (!this.#joined.has(name) && !signal.aborted) await this.#join(name, cluster)
  }

  /** Whether it has changed, and reads now as it did the last time. */
  #isSettled(name: string, joined: string, now: string | undefined): boolean {
    const settled = now !== joined && this.#doubted.has(name) && this.#doubted.get(name) === now
    if (now === joined) this.#doubted.delete(name)
    else this.#doubted.set(name, now)
    return settled
  }

  async #leaveUnlessBroken(name: string, found: Found | undefined): Promise<void> {
    if (found === undefined) return await this.#leave(name)
    try {
      const client = await found.connect()
      await this.#leave(name)
      await this.#take(name, { print: found.print, client })
    } catch (error) {
      this.#say(name, error)
    }
  }

  async #join(name: string, { print, connect: open }: Found): Promise<void> {
    try {
      await this.#take(name, { print, client: await open() })
    } catch (error) {
      this.#say(name, error)
    }
  }

  async #take(name: string, joined: Joined): Promise<void> {
    try {
      this.#manager.clusters.join(name, joined.client)
    } catch (error) {
      await joined.client.close()
      throw error
    }
    this.#joined.set(name, joined)
    this.#said.delete(name)
  }

  async #leave(name: string): Promise<void> {
    const joined = this.#joined.get(name)
    this.#joined.delete(name)
    this.#doubted.delete(name)
    await this.#manager.clusters.leave(name)
    await joined?.client.close()
  }

  #say(name: string, error: unknown): void {
    const message = messageOf(error)
    if (this.#said.get(name) !== message) this.#log.warn('a cluster’s kubeconfig cannot be used', { cluster: name, error: message })
    this.#said.set(name, message)
  }

  /** `undefined`: nobody can say at the moment; what has joined stays. */
  async #find(): Promise<ReadonlyMap<string, Found> | undefined> {
    // Whatever its logins are: in a log of this program they have no place.
    const client = { onCredential: (secret: string) => void this.#log.secrets.add(secret), ...this.#options.client }
    try {
      const found = 'folder' in this.#options ? await inFolder(this.#options.folder, client) : await inFile(this.#options, client)
      this.#said.delete('')
      return found
    } catch (error) {
      this.#say('', error)
      return undefined
    }
  }
}

const KUBECONFIG_ENDINGS: ReadonlySet<string> = new Set(['', '.yaml', '.yml', '.json', '.conf', '.kubeconfig'])

async function inFolder(folder: string, options: ClientOptions): Promise<ReadonlyMap<string, Found>> {
  const found = new Map<string, Found>()
  const files = new Map<string, string>()
  for (const file of (await readdir(folder)).sort()) {
    // A mounted Secret has its real files in "..data".
    if (file.startsWith('.') || !KUBECONFIG_ENDINGS.has(extname(file))) continue
    const path = join(folder, file)
    const name = parse(file).name
    const first = files.get(name)
    if (first !== undefined) {
      found.set(name, ambiguous(`the files ${first} and ${file} of ${folder}`, name, 'remove one of the two'))
      continue
    }
    files.set(name, file)
    try {
      const text = await readFile(path, 'utf8')
      found.set(name, {
        print: createHash('sha256').update(text).digest('base64'),
        connect: () => connect({ ...options, kubeconfig: path }),
      })
    } catch (error) {
      // One that cannot be read says nothing about the others.
      if ((error as NodeJS.ErrnoException).code !== 'EISDIR') found.set(name, { print: '', connect: () => Promise.reject(error) })
    }
  }
  return found
}

async function inFile(
  { kubeconfig, contexts }: Extract<KubeconfigSource, { kubeconfig: string }>,
  options: ClientOptions,
): Promise<ReadonlyMap<string, Found>> {
  const found = new Map<string, Found>()
  const named = new Map<string, string>()
  for (const { name, print } of await kubeconfigContexts(await readFile(kubeconfig, 'utf8'), kubeconfig)) {
    if (contexts !== undefined && !contexts.includes(name)) continue
    const cluster = clusterName(name)
    const first = named.get(cluster)
    if (first !== undefined) {
      found.set(
        cluster,
        ambiguous(`the contexts "${first}" and "${name}" of ${kubeconfig}`, cluster, 'rename one of the two, or choose with "contexts"'),
      )
      continue
    }
    named.set(cluster, name)
    found.set(cluster, { print, connect: () => connect({ ...options, kubeconfig, context: name }) })
  }
  return found
}

/** Which of the two would be a matter of chance: neither, and whichever was here before goes on. */
function ambiguous(both: string, name: string, mend: string): Found {
  const problem = `${both} both are the cluster "${name}": ${mend}`
  return { print: problem, connect: () => Promise.reject(new ConfigurationError(problem)) }
}

/** A context's name as a DNS label: `admin@paris.example` is `admin-paris-example`. */
export function clusterName(context: string): string {
  const label = context
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .slice(0, 63)
  return label.replace(/^-+|-+$/g, '')
}
