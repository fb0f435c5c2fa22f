// A process of its own, with --expose-gc: MODULE ARGUMENT → heap bytes per item of what the module's `hold(ARGUMENT)` fills.
import { setImmediate } from 'node:timers/promises'
import type { Held } from './collected-heap.ts'

async function collected(): Promise<number> {
  const { gc } = globalThis
  if (gc === undefined) throw new Error('to be run with --expose-gc')
  // What finalisation frees is collected by the next one.
  for (let turn = 0; turn < 4; turn++) {
    gc()
    await setImmediate()
  }
  // Typed arrays have their bytes outside the heap.
  const { heapUsed, arrayBuffers } = process.memoryUsage()
  return heapUsed + arrayBuffers
}

const [module, argument] = process.argv.slice(2)
const { hold } = (await import(module!)) as { hold: (argument: string) => Held | Promise<Held> }
const { items, fill } = await hold(argument!)
const before = await collected()
const kept = await fill()
const bytes = (await collected()) - before
process.stdout.write(`${bytes / items}\n`)
// Looked at after the measurement, or it might be collected before.
if (kept === undefined) throw new Error(`${module} keeps nothing`)
process.exit(0)
