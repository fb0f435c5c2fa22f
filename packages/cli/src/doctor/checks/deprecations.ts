import { isForbidden, isNotFound } from '@kubewright/core'
import type { Check, DoctorContext } from '../context.ts'
import { counted, type Finding, outcomeOf } from '../finding.ts'
import type { Subject } from '../subject.ts'

/** An API that will go, and that somebody has asked for since the API server started. */
export interface RequestedApi {
  readonly group: string
  readonly version: string
  readonly resource: string
  /** `undefined`: the cluster does not say when. */
  readonly removedIn: string | undefined
}

const SERIES = /^apiserver_requested_deprecated_apis\{([^}]*)\} [1-9]/gm

/** Off the API server's metrics. */
export function requestedApis(metrics: string): readonly RequestedApi[] {
  return [...metrics.matchAll(SERIES)].map(([, labels = '']) => {
    const label = (name: string) => new RegExp(`(?:^|,)${name}="([^"]*)"`).exec(labels)?.[1] ?? ''
    return {
      group: label('group'),
      version: label('version'),
      resource: label('resource'),
      removedIn: label('removed_release') || undefined,
    }
  })
}

export function deprecationFindings(
  subjects: readonly Subject[],
  warnings: readonly string[],
  requested: readonly RequestedApi[],
): readonly Finding[] {
  const groups = new Set(subjects.flatMap(({ kinds, uses }) => [...kinds, ...uses].map(({ group }) => group)))
  const own = new Set(subjects.flatMap(({ kinds }) => kinds.map(({ group }) => group)))
  return [
    ...warnings.map(
      (warning): Finding => ({
        level: 'warning',
        object: 'API version in use',
        problem: warning,
        mend: 'define or watch the kind in the version that follows it',
      }),
    ),
    ...requested
      .filter(({ group }) => groups.has(group))
      .map(
        ({ group, version, resource, removedIn }): Finding => ({
          level: 'warning',
          object: `${resource}.${version}.${group}`,
          problem: `somebody still asks for this deprecated version${removedIn === undefined ? '' : `, which goes in ${removedIn}`}`,
          mend: own.has(group)
            ? 'find who applies manifests of it, and have them use the current one; then the version can go'
            : 'upgrade the clients that use it; the API server’s audit log names them (annotation k8s.io/deprecated)',
        }),
      ),
  ]
}

/** @throws nothing but what ends the program: who may not ask, or a server without metrics, does not know */
async function metricsOf({ client, signal }: DoctorContext): Promise<string> {
  try {
    const answer = await client.request<unknown>('GET', '/metrics', { signal })
    return typeof answer === 'string' ? answer : ''
  } catch (error) {
    if (isForbidden(error) || isNotFound(error)) return ''
    throw error
  }
}

export const deprecations: Check = {
  name: 'deprecated APIs',
  about: 'whether the programs read kinds in deprecated versions, and whether anybody has asked for one of theirs',
  async run(context) {
    const { client, subjects, signal, takeWarnings } = context
    const kinds = subjects.flatMap((subject) => [...subject.kinds, ...subject.uses])
    // What was warned of before is not about these.
    takeWarnings()
    for (const kind of kinds) {
      try {
        await (await client.resource(kind, { signal })).list({ limit: 1, signal })
      } catch (error) {
        // Not served, or not allowed: other checks say so.
        if (!isNotFound(error) && !isForbidden(error) && !(error instanceof Error && error.name === 'KindNotFoundError')) throw error
      }
    }
    const warnings = takeWarnings().filter((text) => /deprecated/i.test(text))
    return outcomeOf(deprecationFindings(subjects, warnings, requestedApis(await metricsOf(context))), counted(kinds.length, 'kind'))
  },
}
