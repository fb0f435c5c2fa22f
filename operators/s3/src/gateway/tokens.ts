import type { STSClient } from '@aws-sdk/client-sts'
import type { Caller } from './caller.ts'
import type { Sdk } from './sdk.ts'

/** Whose credentials they are. */
export interface CallerIdentity {
  readonly account: string
  readonly arn: string
}

export interface TemporaryKeys {
  readonly accessKeyId: string
  readonly secretAccessKey: string
  readonly sessionToken: string
  /** ms since the epoch. */
  readonly expiresAt: number
}

/** STS of a provider. */
export class Tokens {
  readonly #sdk: Sdk['sts']
  readonly #client: STSClient
  readonly #caller: Caller

  constructor(sdk: Sdk['sts'], client: STSClient, caller: Caller) {
    this.#sdk = sdk
    this.#client = client
    this.#caller = caller
  }

  async whoAmI(signal: AbortSignal): Promise<CallerIdentity> {
    const { Account = '', Arn = '' } = await this.#caller.call(
      { operation: 'GetCallerIdentity', writes: false },
      signal,
      (guarded, abortSignal) => this.#client.send(guarded(new this.#sdk.GetCallerIdentityCommand({})), { abortSignal }),
    )
    return { account: Account, arn: Arn }
  }

  async assumeRole(
    role: { readonly roleARN: string; readonly externalID?: string; readonly sessionName: string; readonly durationSeconds: number },
    signal: AbortSignal,
  ): Promise<TemporaryKeys> {
    const input = {
      RoleArn: role.roleARN,
      RoleSessionName: role.sessionName,
      DurationSeconds: role.durationSeconds,
      ...(role.externalID !== undefined && { ExternalId: role.externalID }),
    }
    const { Credentials } = await this.#caller.call({ operation: 'AssumeRole', writes: false }, signal, (guarded, abortSignal) =>
      this.#client.send(guarded(new this.#sdk.AssumeRoleCommand(input)), { abortSignal }),
    )
    return keysOf(Credentials)
  }

  async assumeRoleWithWebIdentity(
    role: { readonly roleARN: string; readonly sessionName: string },
    token: string,
    signal: AbortSignal,
  ): Promise<TemporaryKeys> {
    const input = { RoleArn: role.roleARN, RoleSessionName: role.sessionName, WebIdentityToken: token }
    const { Credentials } = await this.#caller.call(
      { operation: 'AssumeRoleWithWebIdentity', writes: false },
      signal,
      (guarded, abortSignal) => this.#client.send(guarded(new this.#sdk.AssumeRoleWithWebIdentityCommand(input)), { abortSignal }),
    )
    return keysOf(Credentials)
  }
}

function keysOf(
  credentials:
    | {
        readonly AccessKeyId: string | undefined
        readonly SecretAccessKey: string | undefined
        readonly SessionToken: string | undefined
        readonly Expiration: Date | undefined
      }
    | undefined,
): TemporaryKeys {
  const { AccessKeyId, SecretAccessKey, SessionToken, Expiration } = credentials ?? {}
  if (!AccessKeyId || !SecretAccessKey || !SessionToken || !Expiration) throw new Error('STS answered without complete credentials')
  return { accessKeyId: AccessKeyId, secretAccessKey: SecretAccessKey, sessionToken: SessionToken, expiresAt: Expiration.getTime() }
}
