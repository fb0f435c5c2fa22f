import { type DynamicObject, deepEqual } from '@kubewright/core'

/**
 * Who is asked once more of those that change one write, in their order: who asks for it, when something was changed after it had its say. Who had
 * no say in the first round does not get a first one in the second.
 */
export class Reinvocation {
  private asked = new Set<string>()
  private readonly again = new Set<string>()
  private left: DynamicObject | undefined
  private isSecond = false
  private wanted = false

  /** Whether something was changed, so that all who change writes have a second round. */
  get isWanted(): boolean {
    return this.wanted
  }

  /** Begins the second round. @param object as others have made it since {@link ended} */
  beginAgain(object: DynamicObject | undefined): void {
    this.isSecond = true
    if (!deepEqual(object, this.left)) this.requireAgain()
  }

  has(id: string): boolean {
    return !this.isSecond || this.again.has(id)
  }

  changed(): void {
    this.requireAgain()
    this.wanted = true
  }

  /** Notes that `id` had its say, and wants to be asked again when something changes after it. */
  had(id: string): void {
    this.asked.add(id)
  }

  ended(object: DynamicObject | undefined): void {
    this.left = object
  }

  private requireAgain(): void {
    for (const id of this.asked) this.again.add(id)
    this.asked = new Set()
  }
}
