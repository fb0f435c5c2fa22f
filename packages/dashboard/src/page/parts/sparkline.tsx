/** A line of numbers, the newest at the right. Its label is read out; the picture is for eyes. */
export function Sparkline({
  values,
  label,
  tone = 'plain',
}: {
  readonly values: readonly number[]
  readonly label: string
  readonly tone?: string
}) {
  const [width, height] = [72, 20]
  const most = Math.max(...values, 0)
  const step = width / Math.max(values.length - 1, 1)
  const y = (value: number) => (most === 0 ? height - 1.5 : height - 1.5 - (value / most) * (height - 4))
  const points = values.map((value, at) => `${(at * step).toFixed(1)},${y(value).toFixed(1)}`)
  return (
    <svg
      class={`sparkline tone-${most === 0 ? 'none' : tone}`}
      viewBox={`0 0 ${width} ${height}`}
      width={width}
      height={height}
      role="img"
      aria-label={label}
      preserveAspectRatio="none"
    >
      {points.length > 1 && (
        <>
          <polygon points={`0,${height} ${points.join(' ')} ${width},${height}`} />
          <polyline points={points.join(' ')} />
        </>
      )}
    </svg>
  )
}
