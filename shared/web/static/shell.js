// What every page does where there are scripts: the browser keeps the shell for the time without a network, and a
// device that strangers share forgets whoever went away. Without this file the pages work all the same.
(() => {
  "use strict"
  navigator.serviceWorker?.register("/sw.js").catch(() => {}) // a browser may be told to keep nothing

  const leave = document.getElementById("leave")
  if (!leave) return
  try { localStorage.clear(); sessionStorage.clear() } catch { /* a locked store holds nothing either */ }
  const told = document.getElementById("leaving"), idle = 1000 * leave.dataset.after
  let last = Date.now()
  const stay = () => { last = Date.now(); told.hidden = true }
  for (const deed of ["pointerdown", "keydown", "input", "scroll"]) addEventListener(deed, stay, { passive: true })
  setInterval(() => {
    const alone = Date.now() - last
    if (alone >= idle) { last = Date.now(); leave.submit() }
    else if (alone >= idle * 3 / 4) told.hidden = false
  }, Math.min(1000, idle / 8))
})()
