/** One number that matters. */
export function Figure({
  label,
  value,
  note,
  tone = 'plain',
  href,
}: {
  readonly label: string
  readonly value: string
  readonly note?: string | undefined
  readonly tone?: string
  readonly href?: string
}) {
  const inner = (
    <>
      <span class="label">{label}</span>
      <span class={`value tone-${tone}`}>{value}</span>
      <span class="note">{note ?? '\u00a0'}</span>
    </>
  )
  return href === undefined ? (
    <div class="figure">{inner}</div>
  ) : (
    <a class="figure" href={href}>
      {inner}
    </a>
  )
}
