import { relative } from 'node:path'
import { connect } from '@kubewright/client'
import { ConfigurationError, systemClock } from '@kubewright/core'
import type { DoctorContext } from '../doctor/context.ts'
import { examine } from '../doctor/examination.ts'
import { counted } from '../doctor/finding.ts'
import { examineOutside } from '../doctor/outside.ts'
import { jsonReport, problemsOf, textReport } from '../doctor/report.ts'
import type { Subject } from '../doctor/subject.ts'
import { installedAmong, subjectOf, subjectOfModule } from '../doctor/subjects.ts'
import { definitionsIn } from '../program/module-definitions.ts'
import type { GivenFlags } from '../settings/configuration.ts'
import { environmentName } from '../settings/names.ts'
import type { OutputFormat, Terminal } from '../terminal.ts'
import { loadOperators, OPERATOR_NAMES, selectOperators } from './operators.ts'

export interface DoctorFlags {
  readonly kubeconfig?: string
  readonly context?: string
  readonly namespace: string
  readonly watchNamespace?: string
  readonly module?: string
  readonly output: OutputFormat
  readonly config?: string
}

/** Says what is wrong in a cluster, and how to mend it. @throws ConfigurationError when something is */
export async function doctor(names: readonly string[], flags: DoctorFlags & GivenFlags, terminal: Terminal): Promise<void> {
  const { namespace, output } = flags
  const watched = watchedBy(flags)
  const { signal } = terminal
  const named = await namedSubjects(names, flags)
  const warnings: string[] = []
  const client = await connect({
    ...(flags.kubeconfig !== undefined && { kubeconfig: flags.kubeconfig }),
    ...(flags.context !== undefined && { context: flags.context }),
    onWarning: (text) => void warnings.push(text),
  })
  try {
    const context: Omit<DoctorContext, 'subjects' | 'serverNow'> = {
      client,
      clock: systemClock,
      signal,
      namespace,
      watched,
      takeWarnings: () => warnings.splice(0),
    }
    const inside = await examine(context, async () => {
      if (named.length > 0) return named
      const all = (await loadOperators(OPERATOR_NAMES)).map((operator) => subjectOf(operator, namespace, watched))
      return installedAmong(all, client, namespace, signal)
    })
    const operators = await loadOperators(OPERATOR_NAMES.filter((name) => inside.programs.includes(name)))
    const given = { flags, environment: terminal.environment, configFile: flags.config ?? terminal.environment[environmentName('config')] }
    const outside = await examineOutside(operators, given, { client, clock: systemClock, signal })
    const examination = { ...inside, checks: [...inside.checks, ...outside] }
    terminal.stdout.write(output === 'json' ? jsonReport(examination) : textReport(examination, terminal.stdout))
    if (output === 'text' && examination.reached && examination.programs.length === 0)
      terminal.stderr.write(
        `kubewright: no operator is installed; name those to look for: ${OPERATOR_NAMES.join(', ')}, or --module FILE\n`,
      )
    const problems = problemsOf(examination).length
    if (problems > 0) throw new ConfigurationError(`${counted(problems, 'problem')} found: see what is said of each`, { code: 'KW-DOCTOR' })
  } finally {
    await client.close()
  }
}

async function namedSubjects(names: readonly string[], flags: DoctorFlags): Promise<readonly Subject[]> {
  const { module, namespace } = flags
  const own = (await loadOperators(selectOperators(names))).map((operator) => subjectOf(operator, namespace, watchedBy(flags)))
  if (module === undefined) return own
  return [...own, subjectOfModule(await definitionsIn(module), relative(process.cwd(), module), namespace)]
}

function watchedBy({ watchNamespace = '' }: DoctorFlags): readonly string[] {
  return watchNamespace.split(',').filter((namespace) => namespace !== '')
}
