import { spawn } from 'node:child_process'
import { type Clock, ConfigurationError, systemClock } from '@kubewright/core'
import { type ExecAnswer, type ExecApiVersion, type ExecCluster, execInfo, parseExecCredential } from './exec-credential.ts'

/** The `exec` part of a kubeconfig user. */
export interface ExecSpec {
  /** The field it was written in, for messages. */
  readonly where: string
  readonly apiVersion: ExecApiVersion
  /** A program on the PATH, or an absolute path (relative ones are resolved against the kubeconfig's folder before). */
  readonly command: string
  readonly args: readonly string[]
  readonly env: Readonly<Record<string, string>>
  readonly interactiveMode: 'Never' | 'IfAvailable' | 'Always'
  readonly installHint?: string
  /** Present when `provideClusterInfo` is set. */
  readonly cluster?: ExecCluster
}

export interface ExecRunOptions {
  readonly clock?: Clock
  /** Milliseconds until a plugin that does not answer is killed. @default 60 s; 5 min when it may ask a person */
  readonly timeout?: number
  /** Whether standard input is a terminal that a plugin may ask on. @default whether it is */
  readonly terminal?: boolean
  readonly environment?: Readonly<Record<string, string | undefined>>
  readonly signal?: AbortSignal
}

/** A plugin that prints more than this is not printing a credential. */
const LONGEST_OUTPUT = 1024 * 1024
/** Of what a plugin says on stderr, the end is what explains a failure. */
const STDERR_EXCERPT = 600

/** The message names the plugin, the field that asks for it, and the mend. */
class CredentialPluginError extends ConfigurationError {
  constructor(message: string, options: { readonly cause?: unknown } = {}) {
    super(message, { ...options, code: 'KW-CREDENTIAL-PLUGIN' })
  }
}

/** Runs the plugin once. @throws ConfigurationError that names the plugin, the field, and the mend */
export async function runExecPlugin(spec: ExecSpec, options: ExecRunOptions = {}): Promise<ExecAnswer> {
  const { clock = systemClock, terminal = process.stdin.isTTY === true, environment = process.env, signal } = options
  const interactive = terminal && spec.interactiveMode !== 'Never'
  const plugin = `${spec.where}: the credential plugin "${spec.command}"`
  if (spec.interactiveMode === 'Always' && !terminal) {
    throw new CredentialPluginError(
      `${plugin} has interactiveMode Always, and standard input is no terminal: log in on a terminal, or use another user`,
    )
  }
  const timeout = options.timeout ?? (interactive ? 300_000 : 60_000)
  const outcome = await new Promise<{ stdout: string; stderr: string; ended: string | undefined }>((resolve, reject) => {
    signal?.throwIfAborted()
    const child = spawn(spec.command, [...spec.args], {
      env: { ...environment, ...spec.env, KUBERNETES_EXEC_INFO: execInfo(spec.apiVersion, interactive, spec.cluster) },
      stdio: [interactive ? 'inherit' : 'ignore', 'pipe', 'pipe'],
    })
    let stdout = ''
    let stderr = ''
    let killed: string | undefined
    const kill = (why: string) => {
      killed ??= why
      child.kill('SIGKILL')
      // A grandchild may hold the pipes open after the plugin itself is dead: do not wait for it.
      child.stdout?.destroy()
      child.stderr?.destroy()
    }
    const timer = clock.setTimer(timeout, () => kill(`did not answer within ${timeout / 1000} s and was killed`))
    const onAbort = () => kill('was stopped')
    signal?.addEventListener('abort', onAbort, { once: true })
    const done = () => {
      timer.cancel()
      signal?.removeEventListener('abort', onAbort)
    }
    child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      stdout += text
      if (stdout.length > LONGEST_OUTPUT) kill(`printed more than ${LONGEST_OUTPUT} bytes and was killed`)
    })
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      stderr = (stderr + text).slice(-4 * STDERR_EXCERPT)
    })
    child.on('error', (error: NodeJS.ErrnoException) => {
      done()
      if (signal?.aborted) return reject(signal.reason)
      const hint = spec.installHint ? ` ${spec.installHint.trim()}` : ' Install it, or correct "command".'
      const why =
        error.code === 'ENOENT' ? `is not installed (not found on the PATH).${hint}` : `could not be started: ${error.message}.${hint}`
      reject(new CredentialPluginError(`${plugin} ${why}`, { cause: error }))
    })
    child.on('close', (code, deadly) => {
      done()
      if (signal?.aborted) return reject(signal.reason)
      resolve({
        stdout,
        stderr,
        ended: killed ?? (code === 0 ? undefined : `failed (${deadly ? `signal ${deadly}` : `exit code ${code}`})`),
      })
    })
  })
  if (outcome.ended !== undefined) {
    const words = outcome.stderr.trim().slice(-STDERR_EXCERPT)
    throw new CredentialPluginError(`${plugin} ${outcome.ended}${words ? `: ${words}` : ': run it by hand to see why'}`)
  }
  try {
    return parseExecCredential(outcome.stdout, spec.apiVersion)
  } catch (error) {
    throw new CredentialPluginError(`${plugin} gave no usable credential: ${(error as Error).message}`)
  }
}
