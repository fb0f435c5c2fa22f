import { hashOfObject } from '../state/route.ts'

/** `Kind.group/namespace/name` as people write it, leading to its page. */
export function ObjectLink({ id, short = false }: { readonly id: string; readonly short?: boolean }) {
  const [kind = '', namespace = '', ...name] = id.split('/')
  return (
    <a class="object-link" href={hashOfObject(id)}>
      {!short && <span class="kind">{kind.split('.')[0]}</span>}
      <span class="name">
        {namespace !== '' && <span class="namespace">{namespace}/</span>}
        {name.join('/')}
      </span>
    </a>
  )
}
