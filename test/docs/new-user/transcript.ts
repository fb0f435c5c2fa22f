import { join } from 'node:path'
import { startProgram } from '../../integration/program.ts'
import type { Line, Scene } from './scene.ts'
import type { Site } from './site.ts'

/** One command with what it printed. */
export interface Told {
  readonly line: string
  /** Both streams, as it is on the page. */
  readonly text: string
  /** Of a program that was stopped, that of the stop. */
  readonly code: number | string
  readonly goesOn: boolean
}

export interface PlayedScene {
  readonly scene: Scene
  readonly told: readonly Told[]
}

/** Does everything wrong: first, and all at once, what leaves the cluster as it is. */
export async function play(scenes: readonly Scene[], site: Site): Promise<readonly PlayedScene[]> {
  const harmless = scenes.filter(({ prepare }) => prepare === undefined)
  const played = new Map(await Promise.all(harmless.map(async (scene) => [scene, await playOne(scene, site)] as const)))
  for (const scene of scenes) if (!played.has(scene)) played.set(scene, await playOne(scene, site))
  return scenes.map((scene) => played.get(scene)!)
}

async function playOne(scene: Scene, site: Site): Promise<PlayedScene> {
  await scene.prepare?.(site)
  const told: Told[] = []
  for (const line of scene.commands) told.push(await toldBy(line, site))
  return { scene, told }
}

async function toldBy(given: Line, site: Site): Promise<Told> {
  const { line, until, leaveOut } = typeof given === 'string' ? { line: given, until: undefined, leaveOut: undefined } : given
  const [, ...args] = line.replaceAll('PORT_IN_USE', String(site.portInUse)).split(' ')
  const program = startProgram(args, { cwd: site.folder, env: { HOME: site.folder, XDG_CACHE_HOME: join(site.folder, '.cache') } })
  if (until !== undefined) {
    await program.says(until, { timeout: 180_000 })
    program.kill('SIGTERM')
  }
  const code = await program.ended
  const lines = [...program.stdout, ...program.stderr]
  const end = until === undefined ? lines.length : lines.findIndex((each) => until.test(each)) + 1
  const shown = lines.slice(0, end).map((each) => onPage(each, site))
  return { line: line.replaceAll('PORT_IN_USE', '8080'), text: shortened(shown, leaveOut).join('\n'), code, goesOn: until !== undefined }
}

/** The same at each run and on each machine. */
function onPage(line: string, { stands }: Site): string {
  let told = line.replace(/^\d\d:\d\d:\d\d /, '12:00:00 ')
  for (const [real, stand] of stands) told = told.replaceAll(real, stand)
  return told
}

function shortened(lines: readonly string[], leaveOut: RegExp | undefined): readonly string[] {
  if (leaveOut === undefined) return lines
  const marked = lines.map((line) => (leaveOut.test(line) ? '…' : line))
  return marked.filter((line, at) => line !== '…' || marked[at - 1] !== '…')
}

/** The page. */
export function pageOf(played: readonly PlayedScene[]): string {
  const sections = played.flatMap(({ scene: { title, story }, told }) => [
    `## ${title}`,
    '',
    ...(story === '' ? [] : [story, '']),
    '```console',
    ...told.flatMap(({ line, text, code, goesOn }) => [`$ ${line}`, text, ...(goesOn ? ['^C'] : code === 0 ? [] : [`[exit ${code}]`])]),
    '```',
    '',
  ])
  return `${[HEAD, ...sections].join('\n').trimEnd()}\n`
}

const HEAD = `# What goes wrong in the first hour

Each mistake that a new user makes, and what is printed: by the built program, from nothing set to something half installed. A message names the thing,
the cause and the mend, and ends with a code: \`kubewright explain CODE\` says more, and [errors](errors.md) has them all. For a program that runs and does
not what it should, there is [troubleshooting](troubleshooting.md).

Written by \`npx vitest run --project local test/docs/new-user -u\`, which does all of it; \`npm test\` fails when something else is printed. Addresses, folders and
times are replaced, and \`…\` stands for lines that are not about the mistake.
`
