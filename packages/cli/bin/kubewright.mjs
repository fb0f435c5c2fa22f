#!/usr/bin/env node
// The entry of the command. Plain JavaScript, so that a Node that is too old gets a sentence and not a syntax error.
import module from 'node:module'
import { homedir } from 'node:os'
import { join } from 'node:path'

const [major, minor] = process.versions.node.split('.').map(Number)
if (major < 22 || (major === 22 && minor < 18)) {
  process.stderr.write(
    `kubewright needs Node 22.18 or newer, this is ${process.versions.node}: run it through \`npx kubewright\` after \`npm run setup\`, which brings one\n`,
  )
  process.exit(1)
}
// Compiled once and kept, the program starts a third faster from the second time on.
module.enableCompileCache(join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'kubewright', 'compiled'))
await import('../dist/main.js').catch((error) => {
  if (error?.code !== 'ERR_MODULE_NOT_FOUND' || !String(error.message).includes('dist/main.js')) throw error
  process.stderr.write('kubewright is not built yet: run `npm run setup` in the repository\n')
  process.exit(1)
})
