import type { EventNote } from 'kubewright'
import type { RootTokenNews } from '../initialization/root-token.ts'
import { namesOf } from '../machine/combinations.ts'
import type { Note } from '../machine/model.ts'
import type { Reason } from '../reasons.ts'

/** What an event and a line of the log say of what happened to a node: the only trail of who submitted what, as a sealed Vault writes no audit log. */
export function eventOf(note: Note, node: string): EventNote {
  const normal = (reason: Reason, text: string): EventNote => ({ reason, action: 'Unseal', note: `${node}: ${text}` })
  const warning = (reason: Reason, text: string): EventNote => ({ ...normal(reason, text), type: 'Warning' })
  switch (note.is) {
    case 'sealed':
      return warning('Sealed', 'it is sealed')
    case 'submitted': {
      // Events of one action are counted as one, and only the first would be told.
      const each = (event: EventNote): EventNote => ({ ...event, action: `SubmitShare${note.share.index}` })
      const share = `share ${note.share.index} (${note.share.fingerprint})`
      if (note.result === 'rejected') return each(warning('ShareRejected', `${share} was the last of a combination that does not open it`))
      if (note.result === 'duplicate') return each(normal('ShareSubmitted', `${share} was there already`))
      return each(
        normal(
          'ShareSubmitted',
          `${share} was taken: ${note.result === 'completed' ? 'it is open' : `${note.progress} of ${note.threshold}`}`,
        ),
      )
    }
    case 'opened':
      return note.wrong.length > 0
        ? warning(
            'UnsealSuccess',
            `opened with shares ${namesOf(note.shares)}; of another cluster is ${note.wrong.map((group) => (group.length === 1 ? namesOf(group) : `one of ${namesOf(group)}`)).join('; and ')}`,
          )
        : normal(
            'UnsealSuccess',
            note.shares.length > 0 ? `opened with shares ${namesOf(note.shares)}` : 'opened, together with shares of others',
          )
    case 'opened by others':
      return normal('Unsealed', 'opened by somebody else')
    case 'attempt failed':
      return warning('UnsealFailed', `shares ${namesOf(note.shares)} do not open it`)
    case 'keys rejected':
      return warning('KeysRejected', 'no combination of the shares opens it: nothing more is sent until they or the pod change')
    case 'foreign progress':
      return warning('ForeignProgress', 'it holds shares that others have submitted')
    case 'reset':
      return warning('ProgressReset', 'the shares of others are dropped')
    case 'wedged':
      return warning('NodeWedged', 'it has answered nothing for two minutes: restart it')
    case 'initialized':
      return normal('Initialized', 'initialised, and its key shares are kept as spec.initialize says')
    case 'initialization failed':
      return warning(note.lost ? 'KeySharesLost' : 'InitializationFailed', note.message)
    case 'joined':
      return normal('RaftJoined', `told to join the cluster of ${note.leader}`)
    case 'join failed':
      return warning('RaftJoinFailed', `it could not join the cluster of ${note.leader} (${note.failure}): see its log`)
    case 'unverified':
      return warning('NotVerified', `nothing was sent: ${note.message}`)
  }
}

/** What an event and a line of the log say of the root token of an initialisation. */
export function rootTokenEventOf(news: RootTokenNews): EventNote {
  const action = 'Initialize'
  switch (news.is) {
    case 'kept':
      return {
        reason: 'RootTokenKept',
        action,
        note: 'the root token is kept beside the key shares, and revoked as soon as a node is open',
      }
    case 'revoked':
      return {
        ...{ reason: 'RootTokenRevoked', action },
        note: `${news.node}: the root token of the initialisation is revoked: "vault operator generate-root" makes another one`,
      }
    case 'hindered':
      return { type: 'Warning', reason: 'RootTokenNotRevoked', action, note: `the root token of the initialisation: ${news.message}` }
  }
}
