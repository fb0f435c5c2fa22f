import type { Socket } from 'node:net'

/** What the talk with a proxy comes to next. `consumed`: how many of the bytes that were heard it used up. */
export type TunnelStep<Phase> =
  | { readonly is: 'listening' }
  | { readonly is: 'saying'; readonly consumed: number; readonly phase: Phase; readonly bytes: Buffer }
  | { readonly is: 'open'; readonly consumed: number }
  | { readonly is: 'refused'; readonly why: string }

/** How a tunnel is asked of a proxy. Pure: bytes in, what to do out. */
export interface TunnelTalk<Phase> {
  readonly opening: { readonly phase: Phase; readonly bytes: Buffer }
  /** @param heard everything that came and was not consumed yet */
  hear(phase: Phase, heard: Buffer): TunnelStep<Phase>
}

/** Where a tunnel is to lead. `hostname` is a name or an address, without brackets. */
export interface TunnelTarget {
  readonly hostname: string
  readonly port: number
}

/** User and password, decoded. */
export interface ProxyLogin {
  readonly username: string
  readonly password: string
}

/**
 * Talks until the tunnel stands, then leaves the socket as if the server itself had been dialled. Returns what takes its listeners off; a socket
 * that breaks meanwhile is its caller's to notice.
 */
export function openTunnel<Phase>(socket: Socket, talk: TunnelTalk<Phase>, onOpen: () => void): () => void {
  let { phase } = talk.opening
  let heard: Buffer = Buffer.alloc(0)

  const onData = (chunk: Buffer) => {
    heard = heard.length === 0 ? chunk : Buffer.concat([heard, chunk])
    for (;;) {
      const step = talk.hear(phase, heard)
      if (step.is === 'listening') return
      if (step.is === 'refused') return void socket.destroy(proxyError(step.why))
      heard = heard.subarray(step.consumed)
      if (step.is === 'saying') {
        phase = step.phase
        socket.write(step.bytes)
        continue
      }
      // Both TLS and HTTP let the client speak first: these bytes can only be the proxy's, and would be taken for the server's.
      if (heard.length > 0) return void socket.destroy(proxyError('it sent more than its answer'))
      socket.off('data', onData)
      socket.pause()
      return onOpen()
    }
  }
  socket.on('data', onData)
  socket.write(talk.opening.bytes)
  return () => socket.off('data', onData)
}

/** The proxy's own answer: no moment cures it, so no code that a retry would go by. */
function proxyError(why: string): Error {
  return Object.assign(new Error(`the proxy refused the tunnel: ${why}`), { code: 'PROXY_REFUSED' })
}
