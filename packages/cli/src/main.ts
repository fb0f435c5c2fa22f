import { runCommandLine } from './command-line.ts'
import { processTerminal } from './program/process-terminal.ts'

const code = await runCommandLine(process.argv.slice(2), processTerminal())
// What could not be written has failed, though the command has not.
process.exitCode ||= code
