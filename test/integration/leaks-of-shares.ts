// Looks for key shares where none may ever be.

/** A share in every spelling in which a program might let it slip. */
export function spellingsOf(share: Buffer): readonly string[] {
  const hex = share.toString('hex')
  const base64 = share.toString('base64')
  return [
    hex,
    hex.toUpperCase(),
    base64,
    base64.replace(/=+$/, ''),
    share.toString('base64url'),
    Buffer.from(base64).toString('base64').replace(/=+$/, ''),
    Buffer.from(hex).toString('base64').replace(/=+$/, ''),
    encodeURIComponent(base64),
    [...share].join(','),
    [...share].join(', '),
    [...share].map((byte) => byte.toString(16).padStart(2, '0')).join(' '),
    [...share].map((byte) => byte.toString(16).padStart(2, '0')).join(':'),
  ]
}

/** Half a share is too much. */
const PART = 16

/** Where one is, without showing it. */
export function leaksIn(places: Readonly<Record<string, string>>, shares: readonly Buffer[]): readonly string[] {
  return Object.entries(places).flatMap(([place, text]) =>
    shares.flatMap((share, index) =>
      spellingsOf(share).some((spelling) => partsOf(spelling).some((part) => text.includes(part)))
        ? [`share ${index + 1} in ${place}`]
        : [],
    ),
  )
}

function partsOf(spelling: string): readonly string[] {
  return [spelling.slice(0, PART), spelling.slice(-PART)]
}
