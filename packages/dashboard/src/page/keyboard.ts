import { useEffect, useRef } from 'preact/hooks'

export interface KeyActions {
  search(): void
  back(): void
  overview(): void
  objects(): void
  theme(): void
  help(): void
  /** The list, if one is shown, gets the key. */
  list(): void
}

/** Between the two keys of one order. */
const CHORD = 800

export function useKeyboard(actions: KeyActions): void {
  // Outlives the drawing of the page, which may be anew between two keys.
  const chordUntil = useRef(0)
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent) => {
      const target = event.target as HTMLElement
      const isTyping = target.matches('input, textarea, select, [contenteditable]')
      if (event.ctrlKey || event.metaKey || event.altKey || document.querySelector('dialog[open]') !== null) return
      if (isTyping && event.key !== 'Escape') return
      // When the key was pressed, and not when the page had time for it.
      const act = orderOf(event.key, event.timeStamp < chordUntil.current, actions)
      chordUntil.current = event.key === 'g' ? event.timeStamp + CHORD : 0
      if (act === undefined) return
      if (event.key === '/' || event.key === '?') event.preventDefault()
      if (isTyping) target.blur()
      else act()
    }
    document.addEventListener('keydown', onKeyDown)
    return () => document.removeEventListener('keydown', onKeyDown)
  })
}

function orderOf(key: string, isChord: boolean, actions: KeyActions): (() => void) | undefined {
  if (isChord && key === 'o') return actions.overview
  if (isChord && key === 'l') return actions.objects
  const single: Readonly<Record<string, () => void>> = {
    '/': actions.search,
    '?': actions.help,
    t: actions.theme,
    Escape: actions.back,
    j: actions.list,
    k: actions.list,
  }
  return single[key]
}
