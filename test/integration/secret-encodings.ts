// The encodings in which a program might let a secret slip.

export interface Encoding {
  readonly name: string
  readonly text: string
  /** So many characters hold six bytes of the secret: that is not met by chance. */
  readonly window: number
}

/** A secret in every one of them; the text itself, too, when it is one. */
export function encodingsOf(secret: Buffer): readonly Encoding[] {
  const hex = secret.toString('hex')
  const text = textOf(secret)
  const numbers = [...secret]
  const pairs = numbers.map((byte) => byte.toString(16).padStart(2, '0'))
  const plain: readonly Encoding[] = [
    { name: 'hex', text: hex, window: 12 },
    { name: 'HEX', text: hex.toUpperCase(), window: 12 },
    ...(text === undefined ? [] : textual(text)),
  ]
  return [
    ...plain,
    ...inBase64('base64', secret),
    // As in a Secret's data, in which what somebody keeps is encoded already.
    ...plain.flatMap(({ name, text: spelled }) => inBase64(`base64 of ${name}`, Buffer.from(spelled))),
    ...inBase64('base64 of base64', Buffer.from(secret.toString('base64'))),
    { name: 'url', text: pairs.map((pair) => `%${pair}`).join(''), window: 18 },
    { name: 'URL', text: pairs.map((pair) => `%${pair.toUpperCase()}`).join(''), window: 18 },
    { name: 'url of base64', text: encodeURIComponent(secret.toString('base64')), window: 10 },
    { name: 'decimal', text: numbers.join(','), window: 18 },
    { name: 'decimal, spaced', text: numbers.join(', '), window: 22 },
    { name: 'hex, spaced', text: pairs.join(' '), window: 17 },
    { name: 'hex, with colons', text: pairs.join(':'), window: 17 },
  ]
}

function textual(text: string): readonly Encoding[] {
  const json = JSON.stringify(text).slice(1, -1)
  return [
    { name: 'text', text, window: 8 },
    { name: 'JSON', text: json, window: 8 },
    { name: 'JSON in JSON', text: JSON.stringify(json).slice(1, -1), window: 8 },
    { name: 'url of text', text: encodeURIComponent(text), window: 8 },
  ]
}

/** Wherever in a longer text it stands, three ways to be encoded; the characters at the edges are its neighbours', too. */
function inBase64(name: string, bytes: Buffer): readonly Encoding[] {
  return [0, 1, 2].flatMap((before) => {
    const encoded = Buffer.concat([Buffer.alloc(before), bytes])
      .toString('base64')
      .replace(/=+$/, '')
    const whole = encoded.slice(Math.ceil((before * 8) / 6), Math.floor(((before + bytes.length) * 8) / 6))
    const url = whole.replaceAll('+', '-').replaceAll('/', '_')
    const standard = { name, text: whole, window: 8 }
    return url === whole ? [standard] : [standard, { name: `${name}, for URLs`, text: url, window: 8 }]
  })
}

function textOf(secret: Buffer): string | undefined {
  const text = secret.toString('utf8')
  return Buffer.from(text).equals(secret) && !/\p{Cc}/u.test(text.replace(/[\n\r\t]/g, '')) ? text : undefined
}
