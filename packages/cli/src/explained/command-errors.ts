import { type ErrorCode, type ExplainedError, explainedConfiguration } from '@kubewright/core'

/** Of an error that is no ordinary failure: its stack is printed, as it is what mends it. */
export const UNEXPECTED: ErrorCode = 'KW-UNEXPECTED'

/** What the command itself refuses, and what of the embedded API server and of programs only the command prints. */
export const commandErrors: readonly ExplainedError[] = [
  explainedConfiguration(
    'KW-USAGE',
    'The command line cannot be taken: a flag or argument is unknown, missing, or contradicts another one. The exit code is 2.',
    '`kubewright COMMAND --help` lists the flags, with examples.',
  ),
  explainedConfiguration(
    'KW-SETTINGS',
    'Settings are wrong: of flags, of variables `KUBEWRIGHT_…`, or of the config file. All that is wrong is named at once, with where it comes from.',
    'Correct each line. A flag goes before a variable, and a variable before the file.',
  ),
  explainedConfiguration(
    'KW-OUT-OF-DATE',
    'Generated files are not what the definitions give (`--check`).',
    'Run the same command without `--check`, and commit what it writes.',
  ),
  explainedConfiguration(
    'KW-DOCTOR',
    '`kubewright doctor` has found something wrong, which it has printed with what mends it.',
    'Mend it from the top: what comes first is often the cause of what comes later.',
  ),
  explainedConfiguration(
    'KW-DATA-DIRECTORY',
    'The directory of the embedded API server (`--data-dir`) cannot be used: another server has it, it may not be written, or it is damaged.',
    'Stop the other server, mend the rights, or restore a copy; another `--data-dir` begins anew.',
  ),
  {
    code: 'KW-KIND-INSTALL',
    error: 'KindInstallError',
    cause:
      'A CRD cannot be installed as it is defined, because of what is in the cluster: another owner, versions that objects are stored in, or its answer.',
    mend: 'The message names the CRD and what is in the way.',
  },
  {
    code: UNEXPECTED,
    error: 'Error',
    cause:
      'Something failed that the program did not expect: a defect of it, or of code that it was given. What follows the message is its stack.',
    mend: 'When the stack is of your own code, mend it there; else report it with the stack and the version (`kubewright --version`).',
  },
]
