import { messageOf } from '@kubewright/core'

/** Throws, or rejects, when something is wrong; the message is shown to whoever asks with `?verbose`. */
export type HealthCheck = () => void | Promise<void>

export interface CheckResult {
  readonly name: string
  /** `undefined`: it is well. */
  readonly problem: string | undefined
}

/** Named checks, as behind /healthz and /readyz. */
export class Checks {
  readonly #checks = new Map<string, HealthCheck>()

  /** @throws Error when the name is taken or cannot be part of a path */
  add(name: string, check: HealthCheck): void {
    if (!/^[\w.-]+$/.test(name))
      throw new Error(`health check "${name}": the name becomes part of a path, so write it with letters, digits, ".", "_" and "-"`)
    if (this.#checks.has(name)) throw new Error(`health check "${name}" is there already: choose another name`)
    this.#checks.set(name, check)
  }

  has(name: string): boolean {
    return this.#checks.has(name)
  }

  /** Every check, or one, but for those left out. */
  async run({
    only,
    except = new Set(),
  }: {
    readonly only?: string | undefined
    readonly except?: ReadonlySet<string>
  } = {}): Promise<readonly CheckResult[]> {
    const chosen = [...this.#checks].filter(([name]) => (only === undefined ? !except.has(name) : name === only))
    return await Promise.all(chosen.map(async ([name, check]) => ({ name, problem: await problemOf(check) })))
  }
}

async function problemOf(check: HealthCheck): Promise<string | undefined> {
  try {
    await check()
    return undefined
  } catch (error) {
    return messageOf(error)
  }
}
