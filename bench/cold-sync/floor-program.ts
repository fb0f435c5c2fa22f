// Nothing but Node: what any program in it has to do at the least. Arguments: file with {ca, cert, key, token} in PEM, URL, one of
//   bytes    reads the answer and keeps nothing
//   parsed   parses a list in one piece
//   frames   parses a streaming list frame by frame, up to the bookmark that ends it
// The Accept header comes fourth.
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import type { IncomingMessage } from 'node:http'
import { request } from 'node:https'

interface Held {
  readonly metadata: { readonly uid: string; readonly resourceVersion: string; readonly annotations?: Readonly<Record<string, string>> }
}

const [identityFile, url, mode, accept] = process.argv.slice(2)
const { token, ...tls } = JSON.parse(readFileSync(identityFile!, 'utf8')) as { token?: string }
const headers = { accept, ...(token !== undefined && { authorization: `Bearer ${token}` }) }
const call = request(url!, { ...tls, headers })
call.end()
const [answer] = (await once(call, 'response')) as [IncomingMessage]
if (answer.statusCode !== 200) throw new Error(`HTTP ${answer.statusCode}`)

const objects = await (mode === 'frames' ? frames(answer) : mode === 'parsed' ? parsed(answer) : bytes(answer))
process.stdout.write('synced\n')
await once(process.stdin, 'data')
const held = objects.map(({ metadata }) => `${metadata.uid} ${metadata.resourceVersion}\n`)
process.stdout.write(held.join(''), () => process.exit(0))

async function bytes(stream: IncomingMessage): Promise<readonly Held[]> {
  stream.resume()
  await once(stream, 'end')
  return []
}

async function parsed(stream: IncomingMessage): Promise<readonly Held[]> {
  const chunks: Buffer[] = []
  stream.on('data', (chunk: Buffer) => chunks.push(chunk))
  await once(stream, 'end')
  return (JSON.parse(Buffer.concat(chunks).toString('utf8')) as { items: Held[] }).items
}

function frames(stream: IncomingMessage): Promise<readonly Held[]> {
  const kept: Held[] = []
  let rest: Buffer = Buffer.alloc(0)
  return new Promise((resolve, reject) => {
    stream.on('error', reject)
    stream.on('data', (chunk: Buffer) => {
      const all = rest.length === 0 ? chunk : Buffer.concat([rest, chunk])
      let start = 0
      for (let end = all.indexOf(0x0a); end !== -1; end = all.indexOf(0x0a, start)) {
        const { type, object } = JSON.parse(all.toString('utf8', start, end)) as { type: string; object: Held }
        start = end + 1
        if (type === 'ADDED') kept.push(object)
        else if (object.metadata.annotations?.['k8s.io/initial-events-end'] === 'true') resolve(kept)
      }
      rest = all.subarray(start)
    })
  })
}
