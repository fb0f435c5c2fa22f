import { type Clock, sleep } from '@kubewright/core'
import type { FaultPlan, S3Fault } from './faults.ts'
import type { Outcome } from './http-server.ts'
import type { QueryService } from './iam/query-service.ts'
import type { Journal } from './journal.ts'
import { ApiError, s3Error } from './protocol/api-error.ts'
import type { ApiAnswer, ApiRequest } from './protocol/request.ts'
import { signatureOf } from './protocol/signature.ts'
import type { PreparedCall } from './service.ts'
import type { S3Service } from './storage/s3-service.ts'

export interface ShellOptions {
  readonly s3: S3Service
  readonly query: QueryService
  readonly faults: FaultPlan
  readonly journal: Journal
  readonly clock: Clock
  /** Ends waits of slow calls. */
  readonly signal: AbortSignal
}

/** Between HTTP and the services: which service it is for, what goes wrong on the way, and what is written down. */
export class Shell {
  readonly #options: ShellOptions

  constructor(options: ShellOptions) {
    this.#options = options
  }

  async handle(request: ApiRequest, requestId: string): Promise<Outcome> {
    const { s3, query, faults, clock, signal } = this.#options
    const received = { request, requestId }
    const call = query.prepare(received) ?? s3.prepare(received)
    const accessKeyId = keyOf(request)
    const fault = faults.meet({ ...call, accessKeyId })
    if (fault?.is === 'slow') {
      const over = await sleep(fault.ms, { clock, signal }).then(
        () => false,
        () => true,
      )
      if (over) return { is: 'break' }
    }
    const answered = answerOf(request.isTooLarge === true ? tooLarge(call) : call, fault)
    const lost = fault?.is === 'hang' || fault?.is === 'reset' || fault?.is === 'truncated'
    this.#write(call, request, accessKeyId, answered, lost)
    if (fault?.is === 'hang') return { is: 'silence' }
    if (fault?.is === 'reset') return { is: 'break' }
    return { is: 'answer', answer: answered.answer, cut: fault?.is === 'truncated' }
  }

  #write(
    call: PreparedCall,
    { method, rawPath, query }: ApiRequest,
    accessKeyId: string | undefined,
    { answer, code }: Answered,
    lost: boolean,
  ): void {
    const { service, operation, write, bucket, key, parameters } = call
    const shown = [...query]
      .filter(([name]) => !/signature|security-token/i.test(name))
      .map(([name, value]) => (value === '' ? name : `${name}=${value}`))
    const path = shown.length === 0 || service !== 's3' ? rawPath : `${rawPath}?${shown.join('&')}`
    const what = { service, operation, write, method, path, accessKeyId, bucket, key, parameters }
    this.#options.journal.add({ at: this.#options.clock.now(), ...what, status: answer.status, code, lost })
  }
}

/** Whatever it asks for, it is refused. */
const tooLarge = (call: PreparedCall): PreparedCall => ({
  ...call,
  run: () => {
    throw s3Error('EntityTooLarge')
  },
})

interface Answered {
  readonly answer: ApiAnswer
  readonly code: string | undefined
}

function answerOf(call: PreparedCall, fault: S3Fault | undefined): Answered {
  if (fault?.is === 'answer') return { answer: fault.answer, code: undefined }
  if (fault?.is === 'error') {
    if (fault.after === true) run(call)
    return { answer: call.refuse(fault.code, fault.status, fault.message ?? fault.code), code: fault.code }
  }
  if ((fault?.is === 'hang' || fault?.is === 'reset') && fault.after !== true) return { answer: { status: 0 }, code: undefined }
  return run(call)
}

function run(call: PreparedCall): Answered {
  try {
    return { answer: call.run(), code: undefined }
  } catch (error) {
    if (!(error instanceof ApiError)) throw error
    return { answer: call.refuse(error.code, error.status, error.message, error.details, error.headers), code: error.code }
  }
}

function keyOf(request: ApiRequest): string | undefined {
  try {
    return signatureOf(request)?.accessKeyId
  } catch (error) {
    // What cannot be read is refused when the call is carried out.
    if (error instanceof ApiError) return undefined
    throw error
  }
}
