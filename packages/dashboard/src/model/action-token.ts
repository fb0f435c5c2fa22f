/** Where the page sends the token of actions. Not `Authorization`: what a browser sends there by itself must not be enough to change something. */
export const ACTIONS_TOKEN_HEADER = 'kubewright-actions-token'
