import { useEffect, useRef, useState } from 'preact/hooks'
import { Banner } from './banner.tsx'
import { useKeyboard } from './keyboard.ts'
import { ObjectDetail } from './object/object.tsx'
import { ObjectsPage } from './objects/objects.tsx'
import { OverviewPage } from './overview/overview.tsx'
import { Help } from './parts/help.tsx'
import { Unlock } from './parts/unlock.tsx'
import { type Actions, useActions } from './state/actions.ts'
import { useNow } from './state/clock.ts'
import { hashOf, parseRoute, type Route } from './state/route.ts'
import { type Store, useStore } from './state/store.ts'
import { applyTheme, nextTheme, storedTheme } from './state/theme.ts'
import { TopBar } from './top-bar.tsx'
import { ViewPage } from './view/view.tsx'

export function App({ store, actions: given }: { readonly store: Store; readonly actions: Actions }) {
  const { model, connection } = useStore(store)
  const [route, setRoute] = useState<Route>(parseRoute(location.hash))
  const [theme, setTheme] = useState(storedTheme())
  const [help, setHelp] = useState(false)
  const [unlocking, setUnlocking] = useState(false)
  const actions = useActions(given)
  const search = useRef<HTMLInputElement>(null)
  const main = useRef<HTMLElement>(null)
  const now = useNow(model.overview?.now)
  // At once, and not when the browser tells of the new address: until then a frame would put the old words back into the search box.
  const go = (to: Route) => {
    // Each letter of a word that is typed is no step to come back to.
    const isSamePage = to.at === 'objects' && route.at === 'objects'
    if (isSamePage) history.replaceState(null, '', hashOf(to))
    else location.hash = hashOf(to)
    setRoute(to)
  }
  useEffect(() => {
    const onHash = () => setRoute(parseRoute(location.hash))
    addEventListener('hashchange', onHash)
    return () => removeEventListener('hashchange', onHash)
  }, [])
  useEffect(() => applyTheme(theme), [theme])
  useEffect(() => {
    if (route.at === 'object') store.lookAt(route.id)
    document.title = titleOf(route, model.overview?.program)
  }, [route, model.overview?.program, store])
  useEffect(() => {
    // A reader of screens hears the new page; a list takes the keys at once.
    if (document.activeElement !== search.current)
      (main.current?.querySelector<HTMLElement>('.grid') ?? main.current)?.focus({ preventScroll: true })
    scrollTo(0, 0)
  }, [route.at, route.at === 'object' ? route.id : ''])
  useKeyboard({
    search: () => search.current?.focus(),
    back: () => (route.at === 'overview' ? undefined : history.back()),
    overview: () => go({ at: 'overview' }),
    objects: () => go({ at: 'objects', filter: '' }),
    theme: () => setTheme(nextTheme(theme)),
    help: () => setHelp(true),
    list: () => main.current?.querySelector<HTMLElement>('.grid')?.focus(),
  })
  return (
    <>
      <button type="button" class="skip" onClick={() => main.current?.focus()}>
        Skip to the page
      </button>
      <TopBar
        model={model}
        connection={connection}
        route={route}
        theme={theme}
        search={search}
        go={go}
        setTheme={setTheme}
        showHelp={() => setHelp(true)}
        actions={actions}
        unlock={() => setUnlocking(true)}
      />
      <Banner connection={connection} overview={model.overview} now={now} />
      <main ref={main} id="main" tabIndex={-1} class={connection.is === 'lost' ? 'stale' : ''}>
        {route.at === 'overview' && <OverviewPage model={model} actions={actions} now={now} />}
        {route.at === 'objects' && <ObjectsPage model={model} filter={route.filter} now={now} />}
        {route.at === 'object' && <ObjectDetail key={route.id} id={route.id} model={model} actions={actions} now={now} />}
        {route.at === 'view' && <ViewPage key={route.name} name={route.name} version={model.overview?.now ?? 0} now={now} />}
      </main>
      <p class={`said ${actions.said?.isDone === false ? 'tone-bad' : ''}`} role="status">
        {actions.said?.message}
      </p>
      {help && <Help close={() => setHelp(false)} />}
      {unlocking && <Unlock actions={actions} close={() => setUnlocking(false)} />}
    </>
  )
}

function titleOf(route: Route, program = 'Kubewright'): string {
  if (route.at === 'object') return `${route.id.split('/').at(-1)} · ${program}`
  return route.at === 'overview' ? `${program} · Kubewright` : `${route.at === 'view' ? route.name : 'objects'} · ${program}`
}
