import type { Client } from '@kubewright/client'
import { type KubeObject, kindOf, sleep } from '@kubewright/core'
import type { Terminal } from '../terminal.ts'
import { appeared, type Narration, tell, vanished } from './narration.ts'

/** Lines come at most this often, so that a burst of deletions is one line. */
const PACE_MS = 1_000

/**
 * Tells on the terminal what becomes of the example objects, as the API server reports it: it watches like any other client and knows nothing
 * of the operators. Returns when the program is asked to stop.
 */
export async function narrate(client: Client, examples: readonly KubeObject[], terminal: Terminal): Promise<void> {
  const { signal } = terminal
  let story: Narration = { left: new Map(), gone: [] }
  const follow = async (sample: KubeObject) => {
    const resource = (await client.resource(kindOf(sample), { signal })).metadataOnly()
    const kind = sample.kind ?? ''
    // The server is in this process: a stream ends only with it, so there is nothing to resume.
    for await (const event of resource.watch({
      signal,
      sendInitialEvents: true,
      resourceVersionMatch: 'NotOlderThan',
      allowWatchBookmarks: true,
    })) {
      if (event.type === 'ADDED') story = appeared(story, kind)
      if (event.type === 'DELETED') story = vanished(story, { ...event.object, kind })
    }
  }
  const kinds = [...Map.groupBy(examples, (object) => `${object.apiVersion} ${object.kind}`).values()].map((group) => group[0]!)
  const followers = Promise.all(kinds.map(follow))
  const speaker = (async () => {
    for (;;) {
      await sleep(PACE_MS, { signal })
      const [next, lines] = tell(story)
      story = next
      for (const line of lines) terminal.stdout.write(`${time(terminal)} ${line}\n`)
    }
  })()
  await Promise.all([followers, speaker]).catch((error: unknown) => {
    if (!signal.aborted) throw error
  })
}

function time(terminal: Terminal): string {
  const text = new Date().toLocaleTimeString('en-GB')
  return terminal.stdout.isTTY ? `\u001b[2m${text}\u001b[0m` : text
}
