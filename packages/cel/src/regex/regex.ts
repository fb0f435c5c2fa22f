import { compileProgram, type Instruction, type Program } from './program.ts'
import { type Assertion, parseRegex } from './syntax.ts'

export interface Regex {
  /** Whether the pattern occurs in the text. */
  test(text: string): boolean
  /** Where it occurs first, from `from` on, in code points; `undefined` when nowhere. */
  find(points: readonly number[], from: number): readonly [start: number, end: number] | undefined
}

/**
 * RE2's syntax and its promise: time in proportion to text times pattern, whatever both are. All ways through the pattern are followed at once, in
 * the order in which a backtracking machine would try them.
 * @throws RegexError
 */
export function compileRegex(pattern: string): Regex {
  const machine = new Machine(compileProgram(parseRegex(pattern)))
  return {
    test: (text) => machine.run(codesOf(text), 0, true) !== undefined,
    find: (points, from) => machine.run(points, from, false),
  }
}

export function codesOf(text: string): number[] {
  const codes: number[] = []
  for (let index = 0; index < text.length; index++) {
    const code = text.codePointAt(index)!
    codes.push(code)
    if (code > 0xffff) index++
  }
  return codes
}

/** The ways that are being followed: instructions in the order of preference, and where in the text each began. */
class Threads {
  readonly instructions: number[] = []
  readonly starts: number[] = []
  readonly #seen: Uint32Array
  #generation = 1

  constructor(size: number) {
    this.#seen = new Uint32Array(size)
  }
  clear(): void {
    this.instructions.length = 0
    this.starts.length = 0
    this.#generation++
  }
  /** False when the instruction is being followed already, by a way that is preferred. */
  visit(instruction: number): boolean {
    if (this.#seen[instruction] === this.#generation) return false
    this.#seen[instruction] = this.#generation
    return true
  }
}

class Machine {
  readonly #instructions: readonly Instruction[]
  readonly #start: number

  constructor({ instructions, start }: Program) {
    this.#instructions = instructions
    this.#start = start
  }

  run(codes: readonly number[], from: number, anyMatch: boolean): readonly [number, number] | undefined {
    let current = new Threads(this.#instructions.length)
    let next = new Threads(this.#instructions.length)
    let found: readonly [number, number] | undefined
    for (let at = from; at <= codes.length; at++) {
      // A match that began earlier is preferred to any that would begin now.
      if (found === undefined) this.#follow(current, this.#start, at, codes, at)
      if (current.instructions.length === 0 && found !== undefined) break
      for (let index = 0; index < current.instructions.length; index++) {
        const instruction = this.#instructions[current.instructions[index]!]!
        const start = current.starts[index]!
        if (instruction.is === 'match') {
          found = [start, at]
          if (anyMatch) return found
          break
        }
        if (instruction.is === 'char' && at < codes.length && instruction.test(codes[at]!))
          this.#follow(next, instruction.next, start, codes, at + 1)
      }
      const done = current
      current = next
      next = done
      next.clear()
    }
    return found
  }

  /** Adds the instruction, or those to which it leads without reading. Not recursive: a chain of splits is as long as the pattern. */
  #follow(threads: Threads, first: number, start: number, codes: readonly number[], at: number): void {
    const pending = [first]
    for (let current = pending.pop(); current !== undefined; current = pending.pop()) {
      if (!threads.visit(current)) continue
      const instruction = this.#instructions[current]!
      if (instruction.is === 'split') pending.push(instruction.other, instruction.next)
      else if (instruction.is === 'assert') {
        if (holds(instruction.what, codes, at)) pending.push(instruction.next)
      } else {
        threads.instructions.push(current)
        threads.starts.push(start)
      }
    }
  }
}

function holds(what: Assertion, codes: readonly number[], at: number): boolean {
  switch (what) {
    case 'text start':
      return at === 0
    case 'text end':
      return at === codes.length
    case 'line start':
      return at === 0 || codes[at - 1] === 10
    case 'line end':
      return at === codes.length || codes[at] === 10
    case 'word':
      return isWord(codes[at - 1]) !== isWord(codes[at])
    case 'no word':
      return isWord(codes[at - 1]) === isWord(codes[at])
  }
}

function isWord(code: number | undefined): boolean {
  return code !== undefined && code < 128 && /\w/.test(String.fromCharCode(code))
}
