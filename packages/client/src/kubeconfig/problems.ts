import { KubeconfigError } from './kubeconfig-error.ts'

/** Collects what is wrong, so that a person mends a file once and not once per mistake. */
export class Problems {
  readonly #found: string[] = []

  /** `undefined`: no problem. */
  add(problem: string | undefined): void {
    if (problem !== undefined && !this.#found.includes(problem)) this.#found.push(problem)
  }

  /** @throws ConfigurationError with every problem, one a line. */
  throwIfAny(): void {
    if (this.#found.length > 0) throw new KubeconfigError(this.#found.join('\n'))
  }
}
