import { render } from 'preact'
import { App } from './app.tsx'
import { Actions } from './state/actions.ts'
import { Store } from './state/store.ts'
import { applyTheme, storedTheme } from './state/theme.ts'

applyTheme(storedTheme())
const store = new Store()
store.connect()
render(<App store={store} actions={new Actions()} />, document.getElementById('app')!)
