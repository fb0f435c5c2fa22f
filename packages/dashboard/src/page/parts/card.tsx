import type { ComponentChildren } from 'preact'

/** A part of a page with its heading. */
export function Card({
  title,
  note,
  wide,
  children,
}: {
  readonly title: string
  readonly note?: string | undefined
  readonly wide?: boolean
  readonly children: ComponentChildren
}) {
  return (
    <section class={wide ? 'card wide' : 'card'} aria-label={title}>
      <header>
        <h2>{title}</h2>
        {note !== undefined && <p>{note}</p>}
      </header>
      {children}
    </section>
  )
}

/** A table that scrolls sideways by itself where it is wider than the screen. */
export function Scrolling({ label, children }: { readonly label: string; readonly children: ComponentChildren }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
    <section class="scrolling" tabIndex={0} aria-label={label}>
      {children}
    </section>
  )
}

export function Empty({ children }: { readonly children: ComponentChildren }) {
  return <p class="empty">{children}</p>
}
