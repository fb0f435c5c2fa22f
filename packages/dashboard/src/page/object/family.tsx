// Owners above, the object, what it owns below: a tree that is a picture for eyes and a list for screen readers.
import type { ComponentChildren } from 'preact'
import type { ObjectPage, Relative } from '../../model/object-page.ts'
import { Card } from '../parts/card.tsx'
import { HealthMark } from '../parts/health-mark.tsx'
import { hashOfObject } from '../state/route.ts'

export function Family({ page }: { readonly page: ObjectPage }) {
  const { row, owners, children } = page
  const itself: Relative = { ...row, known: false }
  return (
    <Card title="Family" note={`${children.length} ${children.length === 1 ? 'child' : 'children'}`}>
      <Generation chain={[...owners, itself]} self={row.id}>
        {children.length > 0 && (
          <ul class="tree">
            {children.map((child) => (
              <li key={child.id}>
                <Member relative={child} />
              </li>
            ))}
          </ul>
        )}
      </Generation>
    </Card>
  )
}

function Generation({
  chain,
  self,
  children,
}: {
  readonly chain: readonly Relative[]
  readonly self: string
  readonly children: ComponentChildren
}) {
  const [first, ...rest] = chain
  if (first === undefined) return <>{children}</>
  return (
    <ul class="tree">
      <li>
        <Member relative={first} isSelf={first.id === self} />
        <Generation chain={rest} self={self}>
          {children}
        </Generation>
      </li>
    </ul>
  )
}

function Member({
  relative: { id, kind, name, health, reason, known },
  isSelf = false,
}: {
  readonly relative: Relative
  readonly isSelf?: boolean
}) {
  const label = (
    <>
      <HealthMark health={health} />
      <span class="kind">{kind.split('.')[0]}</span>
      <span class="name">{name}</span>
      {reason !== '' && <span class="aside">{reason}</span>}
    </>
  )
  if (!known || isSelf)
    return (
      <span
        class={isSelf ? 'member self' : 'member unknown'}
        aria-current={isSelf ? 'true' : undefined}
        title={known || isSelf ? undefined : 'not watched here'}
      >
        {label}
      </span>
    )
  return (
    <a class="member" href={hashOfObject(id)}>
      {label}
    </a>
  )
}
