import { readdirSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'

const root = new URL('../../../', import.meta.url)
const text = (path: string) => readFileSync(new URL(path, root), 'utf8')
const manifest = (path: string) =>
  JSON.parse(text(`${path}/package.json`)) as { engines?: { node?: string }; dependencies?: Record<string, string> }

/** `[22, 18]` of `>=22.18`. */
function floorOf(range: string | undefined): readonly number[] {
  const found = /^>=(\d+)\.(\d+)(?:\.\d+)?$/.exec(range ?? '')
  expect(found, `engines.node is ${JSON.stringify(range)}: write it like ">=22.18"`).not.toBeNull()
  return [Number(found?.[1]), Number(found?.[2])]
}

/** What the set-up takes the machine's own Node for, and fetches another below. */
const accepted = /^const WANTED = \[(\d+), (\d+)\]/m.exec(text('scripts/setup.mjs'))?.slice(1).map(Number)

test.each(readdirSync(new URL('packages', root)))('C20: packages/%s states the Node that the set-up accepts', (name) => {
  expect(floorOf(manifest(`packages/${name}`).engines?.node)).toEqual(accepted)
})

test('C20: the HTTP library runs on that Node: undici 8 does not, and throws when it is imported', () => {
  const floor = floorOf(manifest('packages/client').engines?.node)
  const [major, minor] = floorOf(manifest('node_modules/undici').engines?.node)
  expect(major! * 1000 + minor!).toBeLessThanOrEqual(floor[0]! * 1000 + floor[1]!)
})

test('C20: this Node is not below it', () => {
  const [major, minor] = process.versions.node.split('.').map(Number)
  expect(major! * 1000 + minor!).toBeGreaterThanOrEqual(accepted![0]! * 1000 + accepted![1]!)
})
