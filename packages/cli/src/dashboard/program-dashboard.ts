import { readFile } from 'node:fs/promises'
import { ConfigurationError, messageOf } from '@kubewright/core'
import type { Manager } from '@kubewright/runtime'
import type { Parts } from '../program/run-in-cluster.ts'
import type { RunSettings } from '../settings/program.ts'
import { type DashboardRunnable, dashboard } from './dashboard.ts'

type DashboardSettings = Pick<RunSettings, 'dashboardBindAddress' | 'dashboardTokenFile'>

/** Adds the dashboard of a program, unless it is off. @throws ConfigurationError */
export async function addProgramDashboard(
  manager: Manager,
  parts: Parts,
  settings: DashboardSettings,
): Promise<DashboardRunnable | undefined> {
  const { dashboardBindAddress: bindAddress, dashboardTokenFile } = settings
  if (bindAddress === '0') {
    if (dashboardTokenFile === undefined) return undefined
    throw new ConfigurationError('--dashboard-token-file is for the dashboard, which is off: give --dashboard-bind-address too')
  }
  const token = dashboardTokenFile === undefined ? undefined : await tokenIn(dashboardTokenFile)
  if (token !== undefined) manager.log.secrets.add(token)
  const views = parts.operators.flatMap(({ view }) => (typeof view === 'function' ? view(manager) : (view ?? [])))
  const page = dashboard({ bindAddress, program: parts.name, views, ...(token === undefined ? {} : { token }) })
  manager.add(page)
  return page
}

/** A token that can be tried out in a night protects nothing. */
const SHORTEST = 16

async function tokenIn(file: string): Promise<string> {
  const text = await readFile(file, 'utf8').catch((error: unknown) => {
    throw new ConfigurationError(`--dashboard-token-file "${file}" cannot be read: ${messageOf(error)}`, { cause: error })
  })
  const token = text.trim()
  if (token.length >= SHORTEST && !/\s/.test(token)) return token
  throw new ConfigurationError(
    `--dashboard-token-file "${file}" must hold one word of ${SHORTEST} characters or more, such as openssl rand -hex 24 makes`,
  )
}
