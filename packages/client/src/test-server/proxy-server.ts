import { once } from 'node:events'
import { createServer, type Server as HttpServer } from 'node:http'
import { createServer as createTlsServer, type ServerOptions } from 'node:https'
import { type AddressInfo, connect, createServer as createTcpServer, type Server, type Socket } from 'node:net'

/** Whom a proxy was asked for, and by whom. */
export interface Asked {
  /** `host:port`; of SOCKS with the kind of address before it. */
  readonly target: string
  readonly login: string | undefined
}

export interface ProxyServer extends AsyncDisposable {
  readonly port: number
  readonly asked: readonly Asked[]
  /** Connections that are open now. */
  readonly open: number
}

export interface ProxyServerOptions {
  /** `user:password` that is asked for. */
  readonly login?: string
  /** The HTTP status or SOCKS code of every answer. */
  readonly refuse?: number
  readonly tls?: ServerOptions
}

/** A CONNECT proxy. */
export async function connectProxy({ login, refuse, tls }: ProxyServerOptions = {}): Promise<ProxyServer> {
  const server: HttpServer = tls ? createTlsServer(tls) : createServer()
  return listening(server, tls ? 'secureConnection' : 'connection', (asked) => {
    server.on('connect', (request, socket: Socket) => {
      const basic = request.headers['proxy-authorization']?.replace('Basic ', '')
      const given = basic && Buffer.from(basic, 'base64').toString()
      asked.push({ target: request.url!, login: given })
      const status = refuse ?? (login !== undefined && login !== given ? 407 : 200)
      if (status !== 200) return void socket.end(`HTTP/1.1 ${status} No\r\ncontent-length: 0\r\n\r\n`)
      const [, port] = /:(\d+)$/.exec(request.url!)!
      join(socket, Number(port), () => socket.write('HTTP/1.1 200 Connection established\r\nvia: test\r\n\r\n'))
    })
  })
}

/** A SOCKS5 proxy that takes every name for this machine: names that only it knows can be tested so. */
export async function socksProxy({ login, refuse }: ProxyServerOptions = {}): Promise<ProxyServer> {
  const server = createTcpServer({ noDelay: true })
  return listening(server, 'connection', (asked) => {
    server.on('connection', async (socket: Socket) => {
      let given: string | undefined
      const [, count] = await take(socket, 2)
      const methods = await take(socket, count!)
      const method = login === undefined ? 0 : 2
      if (!methods.includes(method)) return void socket.end(Buffer.from([5, 0xff]))
      socket.write(Buffer.from([5, method]))
      if (method === 2) {
        const user = await take(socket, (await take(socket, 2))[1]!)
        const password = await take(socket, (await take(socket, 1))[0]!)
        given = `${user}:${password}`
        if (given !== login) return void socket.end(Buffer.from([1, 1]))
        socket.write(Buffer.from([1, 0]))
      }
      const kind = (await take(socket, 4))[3]!
      const address = await take(socket, kind === 1 ? 4 : kind === 4 ? 16 : (await take(socket, 1))[0]!)
      const port = (await take(socket, 2)).readUInt16BE()
      const host = kind === 3 ? `name ${address}` : kind === 1 ? `ipv4 ${address.join('.')}` : `ipv6 ${address.toString('hex')}`
      asked.push({ target: `${host}:${port}`, login: given })
      // In two pieces: an answer may come in any.
      if (refuse) return void socket.end(Buffer.from([5, refuse, 0, 1, 0, 0, 0, 0, 0, 0]))
      join(socket, port, () => {
        socket.write(Buffer.from([5, 0, 0, 3, 4]))
        setImmediate(() => socket.write(Buffer.from('here\0\0')))
      })
    })
  })
}

/** The next `count` bytes; never, when the peer goes before. */
async function take(socket: Socket, count: number): Promise<Buffer> {
  for (;;) {
    const bytes = socket.read(count) as Buffer | null
    if (bytes !== null) return bytes
    await once(socket, 'readable')
  }
}

function join(socket: Socket, port: number, onJoined: () => void): void {
  const onward = connect(port, '127.0.0.1', onJoined)
  onward.on('error', () => {})
  onward.on('close', () => socket.destroy())
  socket.on('close', () => onward.destroy())
  onward.pipe(socket).pipe(onward)
}

async function listening(server: Server, connected: string, serve: (asked: Asked[]) => void): Promise<ProxyServer> {
  const asked: Asked[] = []
  const sockets = new Set<Socket>()
  server.on(connected, (socket: Socket) => {
    sockets.add(socket)
    socket.on('error', () => {})
    socket.on('close', () => sockets.delete(socket))
  })
  serve(asked)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    asked,
    port: (server.address() as AddressInfo).port,
    get open() {
      return sockets.size
    },
    async [Symbol.asyncDispose]() {
      const closed = once(server, 'close')
      server.close()
      for (const socket of sockets) socket.destroy()
      await closed
    },
  }
}
