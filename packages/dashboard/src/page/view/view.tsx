import type { ShownBlock, ShownView } from '../../model/shown-view.ts'
import { Card, Empty } from '../parts/card.tsx'
import { Figure } from '../parts/figure.tsx'
import { useJson } from '../state/json.ts'
import { Histogram } from './histogram.tsx'
import { Spans } from './spans.tsx'
import { Table } from './table.tsx'

/** An operator's own page, asked for again with every sample of the program. */
export function ViewPage({ name, version, now }: { readonly name: string; readonly version: number; readonly now: number }) {
  const fetched = useJson<ShownView>(`/api/views/${encodeURIComponent(name)}`, version)
  if (fetched.is === 'loading') return <Empty>Reading…</Empty>
  if (fetched.is === 'failed') return <Empty>{fetched.why}</Empty>
  const { title, blocks } = fetched.value
  return (
    <div class="view">
      <h1>{title}</h1>
      {blocks.map((block, at) => (
        // A view has the same blocks in the same order each time.
        <Block key={at} block={block} now={now} />
      ))}
    </div>
  )
}

function Block({ block, now }: { readonly block: ShownBlock; readonly now: number }) {
  switch (block.is) {
    case 'figures':
      return (
        <div class="figures">
          {block.figures.map((figure) => (
            <Figure key={figure.label} {...figure} />
          ))}
        </div>
      )
    case 'histogram':
      return (
        <Card title={block.title} note={block.note} wide>
          <Histogram buckets={block.buckets} />
        </Card>
      )
    case 'table':
      return (
        <Card title={block.title} wide>
          {block.rows.length === 0 ? (
            <Empty>{block.empty}</Empty>
          ) : (
            <Table title={block.title} columns={block.columns} rows={block.rows} now={now} />
          )}
        </Card>
      )
    case 'spans':
      return (
        <Card title={block.title} wide>
          {block.rows.length === 0 ? <Empty>{block.empty}</Empty> : <Spans rows={block.rows} now={now} />}
        </Card>
      )
  }
}
