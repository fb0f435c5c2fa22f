import { type Clock, ConnectionError, systemClock } from '@kubewright/core'
import type { CredentialSource, Credentials } from '../identity/identity.ts'
import { untilAborted } from '../until-aborted.ts'
import type { ExecAnswer } from './exec-credential.ts'
import { type ExecSpec, runExecPlugin } from './exec-plugin.ts'

/**
 * The answers of credential plugins. Two users that run the same command with the same arguments, environment and cluster share one answer;
 * two that merely have the same name in two kubeconfigs do not.
 */
export interface ExecCache {
  source(spec: ExecSpec): CredentialSource
}

export interface ExecCacheOptions {
  readonly clock?: Clock
  readonly run?: (spec: ExecSpec, signal: AbortSignal) => Promise<ExecAnswer>
}

/** client-go's leeway: a token that dies while its request is on the way is a 401 nobody can explain. */
const LEEWAY = 10_000

export function createExecCache(options: ExecCacheOptions = {}): ExecCache {
  const { clock = systemClock, run = (spec, signal) => runExecPlugin(spec, { clock, signal }) } = options
  const sources = new Map<string, CredentialSource>()
  return {
    source(spec) {
      const key = JSON.stringify([spec.apiVersion, spec.command, spec.args, Object.entries(spec.env).sort(), spec.cluster])
      let source = sources.get(key)
      if (source === undefined) {
        source = execSource(spec, clock, run)
        sources.set(key, source)
      }
      return source
    },
  }
}

function execSource(spec: ExecSpec, clock: Clock, run: NonNullable<ExecCacheOptions['run']>): CredentialSource {
  const closing = new AbortController()
  let last: ExecAnswer | undefined
  let running: Promise<ExecAnswer> | undefined

  const refresh = () => {
    running ??= run(spec, closing.signal)
      .then((answer) => (last = answer))
      .finally(() => {
        running = undefined
      })
    return running
  }

  return {
    async current(signal): Promise<Credentials> {
      if (last !== undefined && (last.expiresAt === undefined || clock.now() < last.expiresAt - LEEWAY)) return last.credentials
      // The run is shared, so one caller that gives up must not take it from the others: it stops waiting, the plugin goes on.
      return (await untilAborted(refresh(), signal)).credentials
    },
    renew(refused) {
      if (last?.credentials === refused) last = undefined
      return true
    },
    close() {
      closing.abort(
        new ConnectionError(`${spec.where}: the client was closed before its credential plugin had answered`, { code: 'CLIENT_CLOSED' }),
      )
    },
  }
}
