import { type CharClass, compileClass } from './char-class.ts'
import { type Assertion, type Node, RegexError } from './syntax.ts'

/** An instruction of the machine. `next` and `other` are where it goes on; the first of two is preferred. */
export type Instruction =
  | { readonly is: 'char'; readonly test: (code: number) => boolean; readonly next: number }
  | { readonly is: 'split'; readonly next: number; readonly other: number }
  | { readonly is: 'assert'; readonly what: Assertion; readonly next: number }
  | { readonly is: 'match' }

/** Repeats are written out, so a pattern of a few characters may ask for millions of instructions. */
const MOST_INSTRUCTIONS = 20_000

export interface Program {
  readonly instructions: readonly Instruction[]
  readonly start: number
}

/** Compiles backwards: each node is told where to go on. @throws RegexError when it gets too large. */
export function compileProgram(node: Node): Program {
  const compiler = new ProgramCompiler()
  const start = compiler.compile(node, 0)
  return { instructions: compiler.instructions, start }
}

class ProgramCompiler {
  readonly instructions: Instruction[] = [{ is: 'match' }]
  /** A class that is repeated is tested in one way. */
  readonly #tests = new Map<CharClass, (code: number) => boolean>()

  /** Returns where the node's instructions start. */
  compile(node: Node, next: number): number {
    switch (node.is) {
      case 'empty':
        return next
      case 'char':
        return this.#emit({ is: 'char', test: this.#test(node.set), next })
      case 'assert':
        return this.#emit({ is: 'assert', what: node.what, next })
      case 'concat':
        return node.nodes.reduceRight((after, each) => this.compile(each, after), next)
      case 'either':
        return node.nodes
          .map((each) => this.compile(each, next))
          .reduceRight((rest, each) => this.#emit({ is: 'split', next: each, other: rest }))
      case 'repeat':
        return this.#repeat(node, next)
    }
  }

  #emit(instruction: Instruction): number {
    if (this.instructions.length >= MOST_INSTRUCTIONS) throw new RegexError('expression too large')
    return this.instructions.push(instruction) - 1
  }

  #test(set: CharClass): (code: number) => boolean {
    const test = this.#tests.get(set) ?? compileClass(set)
    this.#tests.set(set, test)
    return test
  }

  #repeat({ node, min, max, greedy }: Node & { readonly is: 'repeat' }, next: number): number {
    const fork = (inner: number): Instruction => (greedy ? { is: 'split', next: inner, other: next } : { is: 'split', next, other: inner })
    let start = next
    if (max === Number.POSITIVE_INFINITY) {
      const loop = this.#emit({ is: 'match' })
      this.instructions[loop] = fork(this.compile(node, loop))
      start = loop
    } else {
      for (let count = min; count < max; count++) start = this.#emit(fork(this.compile(node, start)))
    }
    for (let count = 0; count < min; count++) start = this.compile(node, start)
    return start
  }
}
