import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { UsageError } from '../usage-error.ts'
import { VENDOR, withArchives, withLibrary } from './manifest.ts'
import type { ScaffoldNames } from './names.ts'
import type { PackageOrigin } from './package-origin.ts'
import { renderPath, renderText } from './template.ts'

/** @throws UsageError when something is there that a new project would mix with */
export function refuseOccupied(folder: string): void {
  if (!existsSync(folder)) return
  if (!statSync(folder).isDirectory()) throw new UsageError(`${folder} is a file: name a new folder`)
  const [first] = readdirSync(folder).filter((name) => name !== '.git')
  if (first !== undefined) throw new UsageError(`${folder} is not empty, ${first} is in it: name a new folder`)
}

/** Writes the files of a new operator. @returns their paths in the folder */
export function writeProject(template: string, folder: string, names: ScaffoldNames, origin: PackageOrigin): readonly string[] {
  const files = readdirSync(template, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile())
  const written = files.map((entry) => {
    const source = join(entry.parentPath, entry.name)
    const relative = source.slice(template.length + 1).replaceAll('\\', '/')
    const path = renderPath(relative, names)
    const text = renderText(readFileSync(source, 'utf8'), names)
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    writeFileSync(join(folder, path), finished(relative, text, origin))
    return path
  })
  if (origin.from === 'archives') for (const file of origin.archives.values()) cpSync(file, join(folder, VENDOR, basename(file)))
  return written.sort()
}

function finished(path: string, text: string, origin: PackageOrigin): string {
  if (path === 'package.json') return withLibrary(text, origin)
  return path === 'Dockerfile' ? withArchives(text, origin) : text
}
