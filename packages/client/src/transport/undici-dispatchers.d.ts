// The two dispatchers that we use, without the rest: importing "undici" itself puts its Agent behind the global fetch of the whole process (P14).
declare module 'undici/lib/dispatcher/client.js' {
  export { Client as default } from 'undici'
}
declare module 'undici/lib/dispatcher/pool.js' {
  export { Pool as default } from 'undici'
}
