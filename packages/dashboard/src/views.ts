import type { KubeObject } from '@kubewright/core'
import type { ShownBlock, ShownCell, ShownView } from './model/shown-view.ts'
import type { ViewBlock, ViewCell, ViewWorld } from './model/view.ts'
import { idOf, kindName } from './objects/identity.ts'
import type { DashboardSource } from './source.ts'

/** An operator's own page, as it is now; `undefined`: there is none of that name. */
export function viewPage(name: string, source: DashboardSource): ShownView | undefined {
  const view = source.views.find((each) => each.name === name)
  if (view === undefined) return undefined
  const now = source.clock.now()
  const { hide } = source
  const blocks = view.blocks(worldOf(source, now)).map((block) => shown(block, (text) => hide.call(source, text)))
  return { name, title: view.title, now, blocks }
}

function worldOf(source: DashboardSource, now: number): ViewWorld {
  return {
    now,
    list: <T extends KubeObject>(kind: { readonly kind: string; readonly group: string }) => {
      const wanted = kindName(kind)
      const watches = source.watches().filter(({ cluster, informer }) => cluster === '' && kindName(informer.type) === wanted)
      // Whole objects where there are any: a view reads specs.
      const objects = watches.toSorted((a, b) => Number(a.metadataOnly) - Number(b.metadataOnly)).flatMap(({ informer }) => informer.list())
      return [...new Map(objects.toReversed().map((object) => [idOf(object), object])).values()] as readonly KubeObject[] as readonly T[]
    },
  }
}

function shown(block: ViewBlock, hide: (text: string) => string): ShownBlock {
  switch (block.is) {
    case 'figures':
      return { ...block, figures: block.figures.map((figure) => ({ ...figure, value: hide(figure.value) })) }
    case 'histogram':
      return block
    case 'table':
      return {
        ...block,
        rows: block.rows.map(({ object, cells }) => ({ ...linkTo(object), cells: cells.map((cell) => shownCell(cell, hide)) })),
      }
    case 'spans':
      return { ...block, rows: block.rows.map(({ object, ...row }) => ({ ...linkTo(object), ...row })) }
  }
}

function shownCell(cell: string | ViewCell, hide: (text: string) => string): ShownCell {
  return typeof cell === 'string' ? { text: hide(cell) } : { ...cell, text: hide(cell.text) }
}

const linkTo = (object: KubeObject | undefined) => (object === undefined ? {} : { object: idOf(object) })
