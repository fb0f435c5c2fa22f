export type Route =
  | { readonly at: 'overview' }
  | { readonly at: 'objects'; readonly filter: string }
  | { readonly at: 'object'; readonly id: string }
  | { readonly at: 'view'; readonly name: string }

/** What the part of the address behind the # says. */
export function parseRoute(hash: string): Route {
  const [, at = '', rest = ''] = /^#?\/([a-z]*)\/?(.*)$/.exec(hash) ?? []
  if (at === 'objects') return { at, filter: decode(rest) }
  if (at === 'object' && rest !== '') return { at, id: decode(rest) }
  if (at === 'view' && rest !== '') return { at, name: decode(rest) }
  return { at: 'overview' }
}

export function hashOf(route: Route): string {
  switch (route.at) {
    case 'overview':
      return '#/'
    case 'objects':
      return route.filter === '' ? '#/objects' : `#/objects/${encodeURIComponent(route.filter)}`
    case 'object':
      return `#/object/${encodeURIComponent(route.id)}`
    case 'view':
      return `#/view/${encodeURIComponent(route.name)}`
  }
}

export const hashOfObject = (id: string): string => hashOf({ at: 'object', id })

function decode(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    // Typed by hand, and not an encoded text: what it says is what is meant.
    return text
  }
}
