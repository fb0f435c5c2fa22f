import { messageOf, sleep } from '@kubewright/core'
import type { Manager, Runnable } from '@kubewright/runtime'
import type { KindDefinition } from '@kubewright/schema'
import type { WebhookServer } from '@kubewright/webhook'
import { migrateKinds } from '../kinds/install.ts'
import { KindInstallError } from '../kinds/install-error.ts'

/** An API server calls a new webhook within a second. */
const FIRST_RETRY = 1_000
/** An object that cannot be written is for a person to correct: who does so hardly waits for more. */
const LONGEST_RETRY = 300_000

/**
 * Moves the objects of kinds that this program converts to the stored version, once the API server can have them converted; tries again until all are.
 * By the leader alone. What fails is logged and keeps nothing from working: objects are served in every version wherever they are stored.
 */
export function storageMigration(kinds: readonly KindDefinition[], server: Pick<WebhookServer, 'whenServing'>): Runnable {
  return {
    name: 'storage-migration',
    async run(signal, manager) {
      try {
        await Promise.race([server.whenServing?.(signal), aborted(signal)])
        await migrate(kinds, manager, signal)
      } catch (error) {
        if (!signal.aborted) throw error
      }
    },
  }
}

async function migrate(kinds: readonly KindDefinition[], { client, clock, log }: Manager, signal: AbortSignal): Promise<void> {
  for (let retry = FIRST_RETRY; ; retry = Math.min(retry * 2, LONGEST_RETRY)) {
    signal.throwIfAborted()
    try {
      for (const { kind, migrated } of await migrateKinds(client, kinds, { signal, clock }))
        log.info('objects are moved to the stored version', { kind, objects: migrated })
      return
    } catch (error) {
      signal.throwIfAborted()
      const tell = error instanceof KindInstallError ? log.error : log.warn
      tell.call(log, 'objects are not all moved to the stored version yet', { problem: messageOf(error), retryInSeconds: retry / 1000 })
      await sleep(retry, { clock, signal })
    }
  }
}

const aborted = (signal: AbortSignal) =>
  new Promise<never>((_, reject) => {
    if (signal.aborted) reject(signal.reason)
    signal.addEventListener('abort', () => reject(signal.reason), { once: true })
  })
