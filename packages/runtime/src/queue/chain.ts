/** A node's neighbours, kept in the node: putting one in or taking it out of the middle needs no search. */
export interface Link<T> {
  previous: T | undefined
  next: T | undefined
}

/** A doubly linked list. A node is in one chain at a time. */
export class Chain<T extends Link<T>> {
  #first: T | undefined
  #last: T | undefined

  get first(): T | undefined {
    return this.#first
  }

  get last(): T | undefined {
    return this.#last
  }

  push(node: T): void {
    node.previous = this.#last
    node.next = undefined
    if (this.#last === undefined) this.#first = node
    else this.#last.next = node
    this.#last = node
  }

  /** Only for a node of this chain. */
  remove(node: T): void {
    const { previous, next } = node
    if (previous === undefined) this.#first = next
    else previous.next = next
    if (next === undefined) this.#last = previous
    else next.previous = previous
    node.previous = undefined
    node.next = undefined
  }
}
