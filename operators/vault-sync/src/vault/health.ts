/** Whether Vault answered the last time that anybody asked; nobody asks for health's sake. */
export class VaultHealth {
  #problem: string | undefined

  /** `status`: of an answer, or 0 when none came. */
  saw(status: number): void {
    if (status === 0) this.#problem = 'Vault did not answer the last request'
    else if (status >= 500) this.#problem = `Vault answered the last request with ${status}`
    else this.#problem = undefined
  }

  /** @throws Error when it did not */
  check(): void {
    if (this.#problem !== undefined) throw new Error(this.#problem)
  }
}
