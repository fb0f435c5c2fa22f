import { render } from 'preact'
import { App } from './app.tsx'
import { Store } from './state/store.ts'
import { applyTheme, storedTheme } from './state/theme.ts'

applyTheme(storedTheme())
const store = new Store()
store.connect()
render(<App store={store} />, document.getElementById('app')!)
