import type { WatchFacts } from '../../model/snapshot.ts'
import { Card, Empty, Scrolling } from '../parts/card.tsx'
import { age, number } from '../parts/format.ts'

/** The watch's own watchdog opens it anew after that long a silence. */
const SILENT = 70_000

export function Watches({ watches }: { readonly watches: readonly WatchFacts[] }) {
  return (
    <Card title="Watches" note="when the server was last heard">
      {watches.length === 0 ? (
        <Empty>Nothing is watched yet.</Empty>
      ) : (
        <Scrolling label="Watches, scrolls sideways">
          <table>
            <thead>
              <tr>
                <th scope="col">Kind</th>
                <th scope="col" class="numeric">
                  Objects
                </th>
                <th scope="col" class="numeric">
                  Last byte
                </th>
                <th scope="col" class="numeric">
                  Reopened
                </th>
                <th scope="col" class="numeric">
                  Relisted
                </th>
              </tr>
            </thead>
            <tbody>
              {watches.map((watch, at) => (
                // One kind may be watched twice, in other namespaces.
                <Line key={`${watch.cluster}/${watch.kind}/${at}`} watch={watch} />
              ))}
            </tbody>
          </table>
        </Scrolling>
      )}
    </Card>
  )
}

function Line({ watch }: { readonly watch: WatchFacts }) {
  const { kind, cluster, objects, silence, reconnects, relists, failure, synced } = watch
  const isSilent = silence === undefined || silence > SILENT
  return (
    <tr>
      <th scope="row">
        <KindName text={kind} />
        {cluster !== '' && <span class="aside"> {cluster}</span>}
        {!synced && <span class="aside"> listing…</span>}
        {failure !== undefined && <div class="tone-bad message">{failure}</div>}
      </th>
      <td class="numeric">{number(objects)}</td>
      <td class={isSilent ? 'numeric tone-warn' : 'numeric'}>{silence === undefined ? 'never' : age(silence)}</td>
      <td class="numeric">{number(reconnects)}</td>
      <td class="numeric">{number(relists)}</td>
    </tr>
  )
}

function KindName({ text }: { readonly text: string }) {
  const [kind = '', ...group] = text.split(/(?=[./])/)
  return (
    <>
      {kind}
      <span class="aside">{group.join('')}</span>
    </>
  )
}
