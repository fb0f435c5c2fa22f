import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Chain, type Link } from './chain.ts'

interface Node extends Link<Node> {
  readonly name: number
}
const node = (name: number): Node => ({ name, previous: undefined, next: undefined })
const forwards = (chain: Chain<Node>) => {
  const names: number[] = []
  for (let at = chain.first; at !== undefined; at = at.next) names.push(at.name)
  return names
}
const backwards = (chain: Chain<Node>) => {
  const names: number[] = []
  for (let at = chain.last; at !== undefined; at = at.previous) names.push(at.name)
  return names
}

test('after any history a chain is the list of what was pushed and not removed, from either end', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.boolean(), fc.nat(20))), (steps) => {
      const chain = new Chain<Node>()
      const model: Node[] = []
      for (const [at, [push, which]] of steps.entries()) {
        if (push || model.length === 0) {
          const made = node(at)
          chain.push(made)
          model.push(made)
        } else {
          const [gone] = model.splice(which % model.length, 1)
          chain.remove(gone!)
          expect([gone!.previous, gone!.next]).toEqual([undefined, undefined])
        }
        expect(forwards(chain)).toEqual(model.map(({ name }) => name))
        expect(backwards(chain)).toEqual(model.map(({ name }) => name).reverse())
      }
    }),
  )
})
