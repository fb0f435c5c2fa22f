import { readFile } from 'node:fs/promises'
import { ConfigurationError, messageOf } from '@kubewright/core'
import type { Manager } from '@kubewright/runtime'
import type { Parts } from '../program/run-in-cluster.ts'
import type { RunSettings } from '../settings/program.ts'
import { type DashboardRunnable, dashboard } from './dashboard.ts'

type DashboardSettings = Pick<RunSettings, 'dashboardBindAddress' | 'dashboardTokenFile' | 'dashboardActionsTokenFile'>

/** Adds the dashboard of a program, unless it is off. @throws ConfigurationError */
export async function addProgramDashboard(
  manager: Manager,
  parts: Parts,
  settings: DashboardSettings,
): Promise<DashboardRunnable | undefined> {
  const { dashboardBindAddress: bindAddress, dashboardTokenFile, dashboardActionsTokenFile } = settings
  if (bindAddress === '0') {
    const given = dashboardTokenFile === undefined ? dashboardActionsTokenFile && ACTIONS_FLAG : TOKEN_FLAG
    if (given === undefined) return undefined
    throw new ConfigurationError(`${given} is for the dashboard, which is off: give --dashboard-bind-address too`)
  }
  const token = await tokenIn(TOKEN_FLAG, dashboardTokenFile)
  const actionsToken = await tokenIn(ACTIONS_FLAG, dashboardActionsTokenFile)
  for (const each of [token, actionsToken]) if (each !== undefined) manager.log.secrets.add(each)
  if (token !== undefined && token === actionsToken)
    throw new ConfigurationError(`${ACTIONS_FLAG}: it is the token of ${TOKEN_FLAG}: whoever may look could act, so make another one`)
  const views = parts.operators.flatMap(({ view }) => (typeof view === 'function' ? view(manager) : (view ?? [])))
  const page = dashboard({
    bindAddress,
    program: parts.name,
    views,
    ...(token !== undefined && { token }),
    ...(actionsToken !== undefined && { actionsToken }),
  })
  manager.add(page)
  return page
}

const TOKEN_FLAG = '--dashboard-token-file'
const ACTIONS_FLAG = '--dashboard-actions-token-file'

/** A token that can be tried out in a night protects nothing. */
const SHORTEST = 16

async function tokenIn(flag: string, file: string | undefined): Promise<string | undefined> {
  if (file === undefined) return undefined
  const text = await readFile(file, 'utf8').catch((error: unknown) => {
    throw new ConfigurationError(`${flag} "${file}" cannot be read: ${messageOf(error)}`, { cause: error })
  })
  const token = text.trim()
  if (token.length >= SHORTEST && !/\s/.test(token)) return token
  throw new ConfigurationError(`${flag} "${file}" must hold one word of ${SHORTEST} characters or more, such as openssl rand -hex 24 makes`)
}
