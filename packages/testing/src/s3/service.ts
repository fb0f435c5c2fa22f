import type { ApiAnswer, ApiRequest } from './protocol/request.ts'

/** A call whose operation is known and that nobody has carried out yet: faults and the journal stand between. */
export interface PreparedCall {
  readonly service: 's3' | 'iam' | 'sts'
  readonly operation: string
  readonly write: boolean
  readonly bucket: string | undefined
  readonly key: string | undefined
  readonly parameters: Readonly<Record<string, string>>
  /** @throws ApiError for a refusal */
  readonly run: () => ApiAnswer
  /** A refusal in the shape of the service. */
  readonly refuse: (
    code: string,
    status: number,
    message: string,
    details?: Readonly<Record<string, string>>,
    headers?: Readonly<Record<string, string>>,
  ) => ApiAnswer
}

export interface ReceivedCall {
  readonly request: ApiRequest
  readonly requestId: string
}
