/** What a LIST shows of a folder: names, and folders with a slash, sorted. */
export function namesBelow(paths: Iterable<string>, folder: string): string[] {
  const prefix = folder === '' || folder.endsWith('/') ? folder : `${folder}/`
  const names = new Set<string>()
  for (const path of paths) {
    if (!path.startsWith(prefix)) continue
    const rest = path.slice(prefix.length)
    const slash = rest.indexOf('/')
    names.add(slash === -1 ? rest : rest.slice(0, slash + 1))
  }
  return [...names].filter((name) => name !== '').sort()
}
