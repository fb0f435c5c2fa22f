import type { RefObject } from 'preact'
import type { Actions } from './state/actions.ts'
import type { Connection } from './state/connection.ts'
import type { Model } from './state/model.ts'
import { hashOf, type Route } from './state/route.ts'
import { nextTheme, type Theme } from './state/theme.ts'

interface TopBarProps {
  readonly model: Model
  readonly connection: Connection
  readonly route: Route
  readonly theme: Theme
  readonly search: RefObject<HTMLInputElement | null>
  readonly go: (route: Route) => void
  readonly setTheme: (theme: Theme) => void
  readonly showHelp: () => void
  readonly actions: Actions
  readonly unlock: () => void
}

const CONNECTION_WORDS: Readonly<Record<Connection['is'], string>> = { connecting: 'connecting', live: 'live', lost: 'not connected' }

export function TopBar({ model: { overview }, connection, route, theme, search, go, setTheme, showHelp, actions, unlock }: TopBarProps) {
  const current = (is: boolean) => (is ? ('page' as const) : undefined)
  return (
    <header class="top">
      <a class="brand" href="#/">
        <img src="/icon.svg" width="20" height="20" alt="" />
        <span>
          {overview?.program ?? 'Kubewright'}
          <span class="visually-hidden">, to the overview</span>
        </span>
      </a>
      <nav aria-label="Pages">
        <a href="#/" aria-current={current(route.at === 'overview')}>
          Overview
        </a>
        <a href={hashOf({ at: 'objects', filter: '' })} aria-current={current(route.at === 'objects' || route.at === 'object')}>
          Objects
        </a>
        {overview?.views.map(({ name, title }) => (
          <a key={name} href={hashOf({ at: 'view', name })} aria-current={current(route.at === 'view' && route.name === name)}>
            {title}
          </a>
        ))}
      </nav>
      <search>
        <input
          ref={search}
          type="search"
          aria-label="Look for an object"
          placeholder="Look for an object  /"
          value={route.at === 'objects' ? route.filter : ''}
          onInput={({ currentTarget: { value } }) => go({ at: 'objects', filter: value })}
          onKeyDown={(event) => {
            if (event.key !== 'Enter' && event.key !== 'ArrowDown') return
            event.preventDefault()
            document.querySelector<HTMLElement>('.grid')?.focus()
          }}
        />
      </search>
      <div class="top-end">
        <span class={`live live-${connection.is}`} role="status">
          {CONNECTION_WORDS[connection.is]}
        </span>
        {overview?.actsOn !== undefined && (
          <button
            type="button"
            aria-pressed={actions.allowed}
            onClick={() => (actions.allowed ? actions.lock() : unlock())}
            title={actions.allowed ? 'Actions are allowed: lock them again' : 'Allow actions'}
          >
            Actions
          </button>
        )}
        <button
          type="button"
          onClick={() => setTheme(nextTheme(theme))}
          aria-label={`Colours: ${theme}. Change to ${nextTheme(theme)}`}
          title={`Colours: ${theme}`}
        >
          <svg viewBox="0 0 16 16" width="14" height="14" aria-hidden="true">
            <path d="M8 1.5a6.5 6.5 0 1 0 0 13z" />
            <circle cx="8" cy="8" r="5.8" fill="none" stroke="currentColor" stroke-width="1.4" />
          </svg>
        </button>
        <button type="button" onClick={showHelp} aria-label="Keys" title="Keys (?)">
          ?
        </button>
      </div>
    </header>
  )
}
