/** What is to be where: text by place. */
export type Contents = ReadonlyMap<string, string>

/** Where two are not the same, in words. */
export function differences(wanted: Contents, held: Contents, { what }: { readonly what: string }): readonly string[] {
  const places = [...new Set([...wanted.keys(), ...held.keys()])].sort()
  return places.flatMap((place) => {
    const [want, have] = [wanted.get(place), held.get(place)]
    if (want === have) return []
    if (have === undefined) return [`${what} "${place}" is missing`]
    if (want === undefined) return [`${what} "${place}" is there, and nobody wants it`]
    return [`${what} "${place}" is another than is wanted`]
  })
}
