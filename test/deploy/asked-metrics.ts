// What dashboards and alerts ask Prometheus for.
import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { parse } from 'yaml'

export const DEPLOY = join(dirname(dirname(import.meta.dirname)), 'deploy')

interface Dashboard {
  readonly panels: readonly { readonly title: string; readonly targets?: readonly { readonly expr: string }[] }[]
}
export interface Rules {
  readonly groups: readonly {
    readonly rules: readonly {
      readonly alert: string
      readonly expr: string
      readonly annotations: { readonly summary?: string; readonly description?: string }
    }[]
  }[]
}

export interface Asked {
  /** The panel or alert, and its file. */
  readonly where: string
  readonly expr: string
}

const filesOf = (folder: string, end: string) => readdirSync(join(DEPLOY, folder)).filter((file) => file.endsWith(end))

export function rulesOf(file: string): Rules {
  return parse(readFileSync(join(DEPLOY, 'alerts', file), 'utf8')) as Rules
}
export const RULE_FILES = filesOf('alerts', '.yaml')

export interface AskedPanel {
  /** Of its dashboard. */
  readonly file: string
  readonly title: string
  readonly expr: string
}

/** Each query of each panel. */
export function allPanels(): readonly AskedPanel[] {
  return filesOf('dashboards', '.json').flatMap((file) => {
    const { panels } = JSON.parse(readFileSync(join(DEPLOY, 'dashboards', file), 'utf8')) as Dashboard
    return panels.flatMap(({ title, targets = [] }) => targets.map(({ expr }) => ({ file, title, expr })))
  })
}

export interface AskedAlert {
  /** Of its rules. */
  readonly file: string
  readonly alert: string
  readonly expr: string
}

export function allAlerts(): readonly AskedAlert[] {
  return RULE_FILES.flatMap((file) => rulesOf(file).groups.flatMap(({ rules }) => rules.map(({ alert, expr }) => ({ file, alert, expr }))))
}

export function allAsked(): readonly Asked[] {
  return [
    ...allPanels().map(({ file, title, expr }) => ({ where: `${file}: ${title}`, expr })),
    ...allAlerts().map(({ file, alert, expr }) => ({ where: `${file}: ${alert}`, expr })),
  ]
}

/** Names of series in a query: what is left when labels, groupings and functions are taken away; all of ours have an underscore. */
export function seriesIn(expr: string): readonly string[] {
  const bare = expr
    .replace(/\{[^}]*\}/g, ' ')
    .replace(/\[[^\]]*\]/g, ' ')
    .replace(/\b(by|without|on|ignoring|group_left|group_right)\s*\([^)]*\)/g, ' ')
  return [...new Set([...bare.matchAll(/\b[a-z]\w*_\w+\b(?!\s*\()/g)].map(([name]) => name))]
}

/** A histogram and a summary have one name and several series. */
export const familyOf = (series: string) => series.replace(/_(bucket|sum|count)$/, '')
