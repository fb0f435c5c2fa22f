// Loaded by `kubewright dev` before the user's program (node --import). It loads the library, which takes most of the start, and then waits until the
// program is wanted: the program itself is read only then, as it is after the change. Plain JavaScript, for Node runs no TypeScript in node_modules.
import { channel } from 'node:diagnostics_channel'
import { once } from 'node:events'
import { createRequire } from 'node:module'
import { pathToFileURL } from 'node:url'

channel('kubewright:starting').subscribe((message) => {
  const { isCalled, flags } = message
  flags.push(...JSON.parse(process.env.KUBEWRIGHT_DEV_FLAGS ?? '{}')[isCalled ? 'called' : 'others'])
  tell({ is: 'starting', isCalled })
})
channel('kubewright:started').subscribe(({ program }) => tell({ is: 'started', program }))

function tell(message) {
  if (process.connected) process.send(message)
}

if (process.connected) {
  // Nobody would stop it any more.
  process.once('disconnect', () => process.kill(process.pid, 'SIGTERM'))
  const wanted = once(process, 'message')
  await preload()
  tell({ is: 'loaded' })
  await wanted
  process.channel.unref()
}

/** The same files that the program will import; a program without them fails by itself, and says why. */
async function preload() {
  try {
    const entry = createRequire(process.argv[1]).resolve('kubewright')
    await import(pathToFileURL(entry).href)
  } catch (error) {
    if (error?.code !== 'MODULE_NOT_FOUND') throw error
  }
}
