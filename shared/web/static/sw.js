// Keeps the shell of the pages on this device: style, scripts, icons, and one page that says there is no network. Never a
// page of anybody's, never an answer to a form: those come from the network or not at all. What is kept, and under which
// version, stands before this line as SHELL (shared/web/offline.py); a new version takes the place of the old one.
"use strict"
const OURS = "paidan-shell-", KEPT = OURS + SHELL.version

const keep = async () => { // without cookies: what is kept is the same for everybody
  const cache = await caches.open(KEPT)
  await cache.addAll([...SHELL.files, SHELL.offline].map(address => new Request(address, { credentials: "omit" })))
  await skipWaiting()
}
const begin = async () => {
  const old = (await caches.keys()).filter(name => name.startsWith(OURS) && name !== KEPT)
  await Promise.all(old.map(name => caches.delete(name)))
  await clients.claim()
}
const kept = address => caches.match(address, { cacheName: KEPT, ignoreVary: true })
const page = async request => {
  try { return await fetch(request) } catch { return await kept(SHELL.offline) ?? Response.error() }
}
const file = async request => await kept(request.url) ?? fetch(request)

addEventListener("install", event => event.waitUntil(keep()))
addEventListener("activate", event => event.waitUntil(begin()))
addEventListener("fetch", event => {
  const { request } = event, address = new URL(request.url)
  if (request.method !== "GET" || address.origin !== location.origin) return
  if (request.mode === "navigate") event.respondWith(page(request))
  else if (SHELL.files.includes(address.pathname + address.search)) event.respondWith(file(request))
})
