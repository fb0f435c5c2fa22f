// A watch by bare Node: as the controller's program, but the time is that at which the frame is parsed. Arguments: file with {ca, cert, key, token} in
// PEM, URL of the watch.
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import type { IncomingMessage } from 'node:http'
import { request } from 'node:https'
import { now } from './stamp.ts'

interface Event {
  readonly type: string
  readonly object: { readonly metadata: { readonly name: string }; readonly data?: Readonly<Record<string, string>> }
}

const [identityFile, url] = process.argv.slice(2)
const { token, ...tls } = JSON.parse(readFileSync(identityFile!, 'utf8')) as { token?: string }
const call = request(url!, { ...tls, headers: token === undefined ? {} : { authorization: `Bearer ${token}` } })
call.end()
const [answer] = (await once(call, 'response')) as [IncomingMessage]
if (answer.statusCode !== 200) throw new Error(`HTTP ${answer.statusCode}`)
const seen = new Map<string, number>()
let rest = ''
answer.setEncoding('utf8').on('data', (text: string) => {
  const lines = `${rest}${text}`.split('\n')
  rest = lines.pop()!
  for (const line of lines) {
    const { type, object } = JSON.parse(line) as Event
    const stamp = object.data?.['stamp']
    if (type === 'ADDED' && stamp !== undefined) seen.set(object.metadata.name, now() - Number(stamp))
  }
})
process.stdout.write('synced\n')
await once(process.stdin, 'data')
process.stdout.write([...seen].map(([name, ms]) => `${name} ${ms}\n`).join(''), () => process.exit(0))
