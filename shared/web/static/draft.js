// The way to an order, where there are scripts: its pages turn without leaving one behind that the browser cannot go
// back to; what was begun is kept on this device; what is sent without a network goes out when it is back. Every form
// carries a one-time key, so that an order sent twice is placed once. Without this file all of it works by forms alone.
(() => {
  "use strict"
  const BEGUN = "paidan-order-begun", WAITING = "paidan-order-waiting"
  const A_DAY = 24 * 3600 * 1000, TRY_AGAIN = 20 * 1000, PATIENCE = 30 * 1000
  const OF_ONE_TAP = ["to", "step", "join_token"]
  const shared = document.getElementById("leave") !== null // strangers come after, and nothing is kept

  // ---- what is kept

  const kept = (name, otherwise) => {
    try { return JSON.parse(localStorage.getItem(name)) ?? otherwise } catch { return otherwise }
  }
  const keep = (name, what) => { // whether it is kept: a full or locked store promises nothing
    if (shared) return false
    try {
      if (what === null) localStorage.removeItem(name)
      else localStorage.setItem(name, JSON.stringify(what))
      return true
    } catch { return false }
  }
  const value = (order, name) => order.fields.find(([field]) => field === name)?.[1] ?? ""
  const isOne = (order, other) => value(order, "key") === value(other, "key")
  const waiting = () => kept(WAITING, [])
  const wait = orders => keep(WAITING, orders.length ? orders : null)
  let latest = null // what was begun, while this page lives
  const begin = order => { latest = order; keep(BEGUN, order) }
  const forget = order => {
    wait(waiting().filter(one => !isOne(one, order)))
    if (latest && isOne(latest, order)) latest = null
    const begun = kept(BEGUN, null)
    if (begun && isOne(begun, order)) keep(BEGUN, null)
  }

  // ---- what the page says

  const told = () => document.getElementById("draft")
  const forms = () => [...document.querySelectorAll("main form")].filter(isOurs)
  const isOurs = form => form.method === "post" && /^\/order(\/|$)/.test(new URL(form.action).pathname)
  const say = (what, focus = false) => {
    for (const part of told()?.children ?? []) {
      part.hidden = part.dataset.say !== what
      if (focus && !part.hidden) { part.tabIndex = -1; part.focus() }
    }
  }
  const setAside = aside => { // a page whose order waits says that alone
    for (const part of document.querySelector("main").children) {
      if (part.matches("h1")) part.classList.toggle("hidden", aside)
      else if (part.id !== "draft") part.hidden = aside
    }
  }
  const written = (form, button) => { // what a form says, as the browser would send it
    const sent = new FormData(form)
    if (button?.name) sent.set(button.name, button.value)
    sent.delete("form_token")
    return { action: new URL(button?.hasAttribute("formaction") ? button.formAction : form.action).pathname, fields: [...sent], at: Date.now() }
  }
  const asked = (order, step) => // the same order, at one of its pages
    ({ ...order, fields: [...order.fields.filter(([name]) => !OF_ONE_TAP.includes(name)), ["to", step]] })

  // ---- turning pages

  const token = () => document.querySelector('input[name="form_token"]')?.value ?? "" // of this page, for old browsers
  const post = order => fetch(order.action, {
    method: "POST", body: new URLSearchParams([...order.fields, ["form_token", token()]]), headers: { Accept: "text/html" }, signal: AbortSignal.timeout?.(PATIENCE),
  })
  const pageOf = answer => answer.url ? new URL(answer.url).pathname : ""
  const show = async (answer, push) => {
    const next = new DOMParser().parseFromString(await answer.text(), "text/html"), main = next.querySelector("main")
    if (!main) { location.assign(pageOf(answer)); return }
    document.querySelector("main").replaceWith(main)
    document.querySelector("form.view").replaceWith(next.querySelector("form.view"))
    document.title = next.title
    const step = stepShown(), [form] = forms()
    if (push) history.pushState({ step }, "", form ? new URL(form.action).pathname : pageOf(answer))
    if (form && step) begin(asked(written(form), step))
    const start = main.querySelector("[autofocus]") ?? main.querySelector("h1")
    if (!start.matches("input")) start.tabIndex = -1
    start.focus({ preventScroll: true })
    scrollTo(0, 0)
  }
  const stepShown = () => document.querySelector('form.view input[name="to"]')?.value ?? ""
  const turn = async (order, push = true) => {
    try {
      const answer = await post(order)
      if (answer.redirected) location.assign(answer.url)
      else await show(answer, push && answer.ok)
    } catch { say("offline", true) }
  }

  // ---- sending

  const send = async order => { // "placed", "look": a person has to look at it again, or "away": nobody was reached
    try {
      const answer = await post(order), page = pageOf(answer)
      if (answer.ok && page.endsWith("/placed")) return { outcome: "placed", page }
      const away = page !== order.action || answer.status === 429 || answer.status >= 500
      return { outcome: away ? "away" : "look", answer }
    } catch { return { outcome: "away" } }
  }
  let sentHere = null
  const conclude = async order => {
    say("sending")
    const { outcome, page, answer } = await send(order)
    if (outcome === "placed") { forget(order); location.assign(page); return }
    if (outcome === "away" && wait([...waiting().filter(one => !isOne(one, order)), order])) {
      sentHere = order
      keep(BEGUN, null)
      setAside(true)
      say("waiting", true)
    } else if (answer) await show(answer, false)
    else say("offline", true)
  }
  const sendWaiting = async () => { // from two windows at once it is still one order
    for (const order of waiting()) {
      const { outcome, page } = order.look ? { outcome: "look" } : await send(order)
      if (outcome === "placed") {
        forget(order)
        if (sentHere && isOne(sentHere, order)) { location.assign(page); return }
        told()?.querySelector("[data-link]")?.setAttribute("href", page)
        say("sent")
        continue
      }
      if (outcome === "look") wait(waiting().map(one => isOne(one, order) ? { ...one, look: true } : one))
      say(outcome === "look" ? "look" : "waiting")
      return
    }
  }
  const oneAtATime = () => {
    let busy = false
    return async deed => {
      if (busy) return
      busy = true
      try { await deed() } finally { busy = false }
    }
  }
  const once = oneAtATime() // what the finger asks for, however impatient it is
  const quietly = oneAtATime() // what waits: it holds up nobody who goes on

  // ---- what people do

  document.addEventListener("submit", event => {
    const form = event.target, button = event.submitter
    if (form.matches("form.view")) { takeAlong(form); return }
    if (!isOurs(form)) return
    event.preventDefault()
    const order = written(form, button)
    begin(order)
    once(() => button?.hasAttribute("data-send") ? conclude(order) : turn(order))
  })
  const takeAlong = view => { // another language, another size: what stands in the fields stays
    if (!stepShown()) return
    for (const [name, text] of forms().flatMap(form => [...new FormData(form)])) {
      if (name === "form_token" || name === "step") continue
      const field = view.querySelector(`[name="${CSS.escape(name)}"]`) ?? view.appendChild(document.createElement("input"))
      Object.assign(field, { type: "hidden", name, value: text })
    }
  }
  document.addEventListener("input", event => {
    const form = event.target.form
    if (form && isOurs(form)) begin(stepShown() ? asked(written(form), stepShown()) : written(form))
  })
  document.addEventListener("click", event => {
    const deed = event.target.closest("#draft [data-do]")?.dataset.do
    if (!deed) return
    const begun = kept(BEGUN, null), [first] = waiting()
    if (deed === "resume" && begun) once(() => turn(begun))
    if (deed === "drop" && begun) { forget(begun); say("") }
    if (deed === "look" && first) { wait(waiting().slice(1)); begin(first); once(() => turn(first)) }
    if (deed === "withdraw" && first) {
      forget(first)
      say("")
      setAside(false)
    }
  })
  addEventListener("popstate", event => {
    if (event.state?.step && latest) once(() => turn(asked(latest, event.state.step), false))
    else if (!location.hash) location.reload() // a place on this page is no other page
  })
  addEventListener("online", () => waiting().length ? quietly(sendWaiting) : say(""))
  setInterval(() => { if (waiting().length && document.visibilityState === "visible") quietly(sendWaiting) }, TRY_AGAIN)

  // ---- what this page starts with

  const begun = kept(BEGUN, null), step = stepShown()
  if (begun && (Date.now() - begun.at > A_DAY || location.pathname.endsWith("/placed"))) keep(BEGUN, null)
  else if (begun && !forms().some(form => isOne(written(form), begun))) say("begun")
  if (step) history.replaceState({ step }, "")
  if (waiting().length) { say("waiting"); quietly(sendWaiting) }
})()
