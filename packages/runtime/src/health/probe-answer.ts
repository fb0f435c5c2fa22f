import type { CheckResult, Checks } from './checks.ts'

export interface Answer {
  readonly status: number
  readonly body: string
}

/**
 * What /healthz, /readyz, `?verbose`, `?exclude=NAME` and `/readyz/NAME` answer, in the words of kube-apiserver's own probes. `endpoint` is
 * `healthz` or `readyz`, `rest` what follows it in the path.
 */
export async function probeAnswer(endpoint: string, checks: Checks, rest: string, query: URLSearchParams): Promise<Answer> {
  const only = rest === '' ? undefined : rest
  if (only !== undefined && !checks.has(only)) return { status: 404, body: `there is no check "${only}"\n` }
  const results = await checks.run({ only, except: new Set(query.getAll('exclude')) })
  const failed = results.filter(({ problem }) => problem !== undefined)
  if (failed.length === 0) return { status: 200, body: query.has('verbose') ? `${lines(results)}${endpoint} check passed\n` : 'ok' }
  return { status: 500, body: `${lines(results)}${endpoint} check failed\n` }
}

function lines(results: readonly CheckResult[]): string {
  return results.map(({ name, problem }) => (problem === undefined ? `[+]${name} ok\n` : `[-]${name} failed: ${problem}\n`)).join('')
}
