// What each published package exports, with its declarations: api/NAME.md. A change of the promise shows as a change of its page.
//   node scripts/generate/api-reports.ts [--check]
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { writePackages } from '../packages.ts'
import { apiOf } from '../release/api-report.ts'
import { type Output, runGenerator } from './output.ts'

const root = dirname(dirname(import.meta.dirname))

interface Manifest {
  readonly name: string
  readonly exports: Readonly<Record<string, { readonly types: string }>>
}

function reportOf(folder: string): readonly [path: string, text: string] {
  const manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Manifest
  const read = (path: string) => readFileSync(join(folder, path), 'utf8')
  const entries = Object.entries(manifest.exports).map(([entry, { types }]) => {
    const lines = apiOf(types.replace(/^\.\//, ''), read)
    return `## ${manifest.name}${entry.slice(1)}\n\n\`\`\`ts\n${lines.join('\n')}\n\`\`\`\n`
  })
  const head = `# ${manifest.name}\n\nWritten by \`node scripts/generate/api-reports.ts\`; do not edit. Everything that is exported; what is not here may change at any time.\n`
  return [`api/${manifest.name.replace('@kubewright/', '')}.md`, [head, ...entries].join('\n')]
}

function generate(): Output {
  mkdirSync(join(root, 'dist'), { recursive: true })
  const folder = mkdtempSync(join(root, 'dist', 'api-'))
  try {
    writePackages(folder)
    return new Map(readdirSync(folder).map((name) => reportOf(join(folder, name))))
  } finally {
    rmSync(folder, { recursive: true })
  }
}

runGenerator(generate)
