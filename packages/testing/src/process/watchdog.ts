import { spawn } from 'node:child_process'
import { once } from 'node:events'

/** Sees to it that nothing outlives this process, however it ends: foreign servers, and the folder they write to. */
export interface Watchdog {
  guard(pid: number): void
  release(pid: number): void
  /** Ends the watchdog without its doing anything: everything guarded has been stopped in the ordinary way. */
  dismiss(): Promise<void>
}

// The shell reads pids from its standard input. That pipe's other end closes when this process is gone, SIGKILL included, which no exit
// handler sees; then it kills what it still guards. It ignores the terminal's signals, which go to the whole process group.
const SCRIPT = `trap '' INT TERM HUP
guarded=
while read -r sign pid; do
  case $sign in
    +) guarded="$guarded $pid" ;;
    -) left=; for each in $guarded; do [ "$each" = "$pid" ] || left="$left $each"; done; guarded=$left ;;
  esac
done
[ -z "$guarded" ] || kill -9 $guarded 2>/dev/null
rm -rf "$1"`

export function startWatchdog(folder: string): Watchdog {
  const shell = spawn('/bin/sh', ['-c', SCRIPT, 'watchdog', folder], { stdio: ['pipe', 'ignore', 'ignore'], detached: true })
  const gone = once(shell, 'exit')
  // A write may meet a shell that is just being dismissed; there is nobody to tell.
  shell.stdin.on('error', () => {})
  // It must not keep this process from ending: that end is its signal.
  shell.unref()
  return {
    guard: (pid) => void shell.stdin.write(`+ ${pid}\n`),
    release: (pid) => void shell.stdin.write(`- ${pid}\n`),
    async dismiss() {
      shell.ref()
      shell.kill('SIGKILL')
      await gone
    },
  }
}
