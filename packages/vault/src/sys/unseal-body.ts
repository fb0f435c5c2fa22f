const HEX = Buffer.from('0123456789abcdef')

/** `{"key":"<hex>"}` as bytes, never as a string: strings cannot be overwritten, and stay in the heap until somebody dumps it. */
export function unsealBody(share: Uint8Array, migrate: boolean): Buffer {
  const head = Buffer.from('{"key":"')
  const tail = Buffer.from(migrate ? '","migrate":true}' : '"}')
  const body = Buffer.alloc(head.length + share.length * 2 + tail.length)
  head.copy(body)
  let at = head.length
  for (const byte of share) {
    body[at++] = HEX[byte >> 4]!
    body[at++] = HEX[byte & 15]!
  }
  tail.copy(body, at)
  return body
}
