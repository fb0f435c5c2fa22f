// How long the embedded API server takes to start in a running process, and the whole product from a built checkout to ready.
import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { startApiServer } from 'kubewright/apiserver'
import type { Measurement } from './main.ts'
import { show, summarise } from './statistics.ts'

const ROUNDS = 20
const COLD_ROUNDS = 7

export async function measure(): Promise<Measurement> {
  const inProcess: number[] = []
  for (let round = 0; round <= ROUNDS; round++) {
    const began = performance.now()
    const server = await startApiServer()
    const took = performance.now() - began
    await server.stop()
    if (round > 0) inProcess.push(took)
  }
  const up: number[] = []
  for (let round = 0; round <= COLD_ROUNDS; round++) {
    const took = await upUntilReady()
    if (round > 0) up.push(took)
  }
  return {
    title: 'server-start: median (range)',
    columns: ['what', 'time', 'rounds'],
    rows: [
      ['startApiServer() in a running process: TLS, own CA, discovery answering', show(summarise(inProcess), 'ms'), String(ROUNDS)],
      ['kubewright up, process start to `ready in`: server, CRDs, examples, gc running', show(summarise(up), 'ms'), String(COLD_ROUNDS)],
    ],
    raw: { inProcess, up },
  }
}

function upUntilReady(): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), 'kubewright-bench-'))
  const began = performance.now()
  const program = join(dirname(import.meta.dirname), 'packages', 'cli', 'bin', 'kubewright.mjs')
  const child = spawn(process.execPath, [program, 'up', '--write-kubeconfig', join(folder, 'kubeconfig')], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  return new Promise((resolve, reject) => {
    let text = ''
    let took = 0
    child.stdout.setEncoding('utf8').on('data', (part: string) => {
      text += part
      if (took === 0 && /^ready in/m.test(text)) {
        took = performance.now() - began
        child.kill('SIGTERM')
      }
    })
    child.on('exit', (code) => {
      rmSync(folder, { recursive: true, force: true })
      if (took > 0 && code === 0) resolve(took)
      else reject(new Error(`kubewright up ended with ${code} before it was ready, or did not stop cleanly`))
    })
  })
}
