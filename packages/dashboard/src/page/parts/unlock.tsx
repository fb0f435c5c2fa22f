import { useEffect, useRef, useState } from 'preact/hooks'
import type { Actions } from '../state/actions.ts'

/** Asks for the token of actions. */
export function Unlock({ actions, close }: { readonly actions: Actions; readonly close: () => void }) {
  const dialog = useRef<HTMLDialogElement>(null)
  const [token, setToken] = useState('')
  const [problem, setProblem] = useState('')
  useEffect(() => dialog.current?.showModal(), [])
  const unlock = async () => {
    const { isDone, message } = await actions.unlock(token)
    if (isDone) dialog.current?.close()
    else setProblem(message)
  }
  return (
    <dialog ref={dialog} class="help" aria-labelledby="unlock-title" onClose={close}>
      <h2 id="unlock-title">Allow actions</h2>
      <form
        onSubmit={(event) => {
          event.preventDefault()
          void unlock()
        }}
      >
        <label>
          Token of --dashboard-actions-token-file
          <input type="password" autocomplete="off" value={token} onInput={({ currentTarget: { value } }) => setToken(value)} />
        </label>
        {problem !== '' && (
          <p class="tone-bad" role="alert">
            {problem}
          </p>
        )}
        <p class="aside">It is kept until this page is closed. What is done is written down in the log of the program.</p>
        <button type="submit">Allow</button>{' '}
        <button type="button" onClick={() => dialog.current?.close()}>
          Cancel
        </button>
      </form>
    </dialog>
  )
}
