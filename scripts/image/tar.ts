// As much of tar as an image needs, written so that the same files give the same bytes: sorted, of root, of the beginning of time.

interface Common {
  /** Without a slash at its beginning. */
  readonly path: string
}
export type TarEntry =
  | (Common & { readonly is: 'file'; readonly mode: number; readonly content: Buffer })
  | (Common & { readonly is: 'folder'; readonly mode: number })
  | (Common & { readonly is: 'link'; readonly target: string })

const BLOCK = 512
const TYPES = { file: '0', link: '2', folder: '5' } as const

/** Folders above the entries are made. @throws Error when a path is longer than the format takes */
export function tarOf(entries: readonly TarEntry[]): Buffer {
  const all = new Map(entries.map((entry) => [entry.path, entry]))
  for (const { path } of entries)
    for (let at = path.indexOf('/'); at > 0; at = path.indexOf('/', at + 1)) {
      const folder = path.slice(0, at)
      if (!all.has(folder)) all.set(folder, { path: folder, is: 'folder', mode: 0o755 })
    }
  const sorted = [...all.values()].sort((a, b) => (a.path < b.path ? -1 : 1))
  return Buffer.concat([...sorted.flatMap(blocksOf), Buffer.alloc(2 * BLOCK)])
}

function blocksOf(entry: TarEntry): readonly Buffer[] {
  const content = entry.is === 'file' ? entry.content : Buffer.alloc(0)
  return [headerOf(entry, content.length), content, Buffer.alloc((BLOCK - (content.length % BLOCK)) % BLOCK)]
}

function headerOf(entry: TarEntry, size: number): Buffer {
  const header = Buffer.alloc(BLOCK)
  const octal = (value: number, at: number, width: number) => header.write(value.toString(8).padStart(width - 1, '0'), at)
  const name = entry.is === 'folder' ? `${entry.path}/` : entry.path
  if (Buffer.byteLength(name) > 100) throw new Error(`the path ${name} is too long for a plain tar header`)
  header.write(name, 0)
  octal(entry.is === 'link' ? 0o777 : entry.mode, 100, 8)
  octal(0, 108, 8)
  octal(0, 116, 8)
  octal(size, 124, 12)
  octal(0, 136, 12)
  header.write(' '.repeat(8), 148)
  header.write(TYPES[entry.is], 156)
  if (entry.is === 'link') header.write(entry.target, 157)
  header.write('ustar\x0000', 257)
  const sum = header.reduce((total, byte) => total + byte, 0)
  header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148)
  return header
}

/** Files and links of an archive, as packages have them. */
export function* entriesOf(tar: Buffer): Generator<TarEntry> {
  let longName: string | undefined
  for (let at = 0; at + BLOCK <= tar.length && tar[at] !== 0; ) {
    const header = tar.subarray(at, at + BLOCK)
    const text = (from: number, width: number) => header.toString('utf8', from, from + width).replace(/\0.*$/s, '')
    const content = tar.subarray(at + BLOCK, at + BLOCK + Number.parseInt(text(124, 12), 8))
    at += BLOCK + Math.ceil(content.length / BLOCK) * BLOCK
    const type = text(156, 1)
    // GNU's way to say a name of more than 100 bytes: an entry before the entry.
    if (type === 'L') {
      longName = content.toString().replace(/\0.*$/s, '')
      continue
    }
    // POSIX has a second field for the beginning of a name; GNU keeps other things there.
    const prefix = header.toString('utf8', 257, 263) === 'ustar\0' && text(345, 155) !== '' ? `${text(345, 155)}/` : ''
    const path = (longName ?? `${prefix}${text(0, 100)}`).replace(/^\.?\/+/, '')
    longName = undefined
    if (type === '0' || type === '') yield { path, is: 'file', mode: Number.parseInt(text(100, 8), 8), content }
    else if (type === '2') yield { path, is: 'link', target: text(157, 100) }
  }
}
