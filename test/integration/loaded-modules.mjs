// Loaded before a program (`node --import`): writes the files and the modules of Node's own that it has loaded when it ends into $LOADED_MODULES, as JSON.
import { writeFileSync } from 'node:fs'
import { registerHooks } from 'node:module'

const files = []
registerHooks({
  load(url, context, next) {
    if (url.startsWith('file:')) files.push(url)
    return next(url, context)
  },
})
process.on('exit', () => writeFileSync(process.env.LOADED_MODULES, JSON.stringify({ files, builtin: process.moduleLoadList })))
