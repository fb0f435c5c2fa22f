// Makes the dashboard's page, as text in a module, from what the browser runs: it is part of the program, and nobody who uses it builds anything.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'

/** @param {string} root the repository's */
export async function buildPage(root) {
  const source = join(root, 'packages', 'dashboard', 'src', 'page')
  const { outputFiles } = await build({
    bundle: true,
    write: false,
    minify: true,
    format: 'esm',
    target: ['chrome123', 'firefox120', 'safari17.5'],
    jsx: 'automatic',
    jsxImportSource: 'preact',
    logLevel: 'warning',
    legalComments: 'inline',
    outdir: source,
    entryPoints: { page: join(source, 'main.tsx'), style: join(source, 'style', 'style.css') },
  })
  const made = (end) => outputFiles.find(({ path }) => path.endsWith(end)).text
  const page = {
    markup: readFileSync(join(source, 'index.html'), 'utf8'),
    script: made('page.js'),
    style: made('style.css'),
    icon: readFileSync(join(source, 'icon.svg'), 'utf8'),
  }
  const fields = Object.entries(page).map(([name, text]) => `  ${name}: ${JSON.stringify(text)},\n`)
  const text = `// Made by scripts/page.mjs from page/.\nexport const PAGE = {\n${fields.join('')}}\n`
  const file = join(dirname(source), 'generated', 'page.ts')
  // Untouched when it is the same: the set-up looks at the times of what goes into the program.
  if (existsSync(file) && readFileSync(file, 'utf8') === text) return
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, text)
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await buildPage(dirname(dirname(fileURLToPath(import.meta.url))))
