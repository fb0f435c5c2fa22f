#!/usr/bin/env node
// What every npm script goes through: set up what is missing, then run the asked thing with the project's Node.
// Plain JavaScript for the machine's own Node (20.19 on), like setup.mjs.
import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { root, setup } from './setup.mjs'

/** npm script → the file that does it, and its first arguments. */
const PROGRAMS = {
  up: ['packages/cli/bin/kubewright.mjs', 'up'],
  test: ['scripts/test.ts', 'embedded'],
  'test:real': ['scripts/test.ts', 'real'],
  servers: ['scripts/servers.ts'],
  check: ['scripts/check.ts'],
  bench: ['bench/main.ts'],
  bundle: ['scripts/bundle.ts'],
  image: ['scripts/image.ts'],
  conformance: ['scripts/conformance.ts'],
  soak: ['scripts/soak.ts'],
  mutation: ['scripts/mutation.ts'],
  observe: ['scripts/observe.ts'],
  release: ['scripts/release.ts'],
}

const [what, ...rest] = process.argv.slice(2)
const program = PROGRAMS[what]
if (!program) {
  process.stderr.write(`start: unknown program "${what}": one of ${Object.keys(PROGRAMS).join(', ')}\n`)
  process.exit(2)
}
let node
try {
  node = setup()
} catch (error) {
  process.stderr.write(`setup: ${error.message}\n`)
  process.exit(1)
}
const [file, ...first] = program
const child = spawn(node, [join(root, file), ...first, ...rest], { cwd: root, stdio: 'inherit' })
// A terminal sends its signal to both; a supervisor sends it to us alone. Either way the child decides, and we report how it ended.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal))
child.on('exit', (code, signal) => process.exit(code ?? (signal ? 1 : 0)))
