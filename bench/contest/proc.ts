import { readFileSync } from 'node:fs'

/** User and system time of all threads of a process, which the kernel counts in hundredths of a second. */
export function cpuMsOf(pid: number): number {
  const afterName = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]!.split(' ')
  return (Number(afterName[11]) + Number(afterName[12])) * 10
}

/** A field of `/proc/PID/status` that is a size, such as `VmRSS` or `VmHWM`. */
export function megabytesOf(pid: number, field: string): number {
  return Number(new RegExp(`^${field}:\\s+(\\d+) kB`, 'm').exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024
}
