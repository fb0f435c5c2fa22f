import type { Change } from '../../model/object-page.ts'

/** Few are told at once; more are there for whoever asks. */
const AT_ONCE = 4

export function Differences({ changes, more }: { readonly changes: readonly Change[]; readonly more: number }) {
  const rest = changes.slice(AT_ONCE)
  return (
    <>
      <p class="lead">
        Changed <span class="aside">{[...new Set(changes.map(({ path }) => path.split('.')[0]))].join(', ')}</span>
      </p>
      <List changes={changes.slice(0, AT_ONCE)} />
      {rest.length > 0 && (
        <details>
          <summary>{rest.length} more</summary>
          <List changes={rest} />
        </details>
      )}
      {more > 0 && <p class="aside">and {more} that are not kept</p>}
    </>
  )
}

function List({ changes }: { readonly changes: readonly Change[] }) {
  return (
    <dl class="differences">
      {changes.map(({ path, from, to }) => (
        <div key={path}>
          <dt>{path}</dt>
          <dd>
            {from !== undefined && <del>{from}</del>} {to !== undefined && <ins>{to}</ins>}
          </dd>
        </div>
      ))}
    </dl>
  )
}
