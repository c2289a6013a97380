/* The call desk in the browser: what a page alone cannot do. Everything else is htmx in the pages.

   1. Keys: whatever carries data-key, wherever nobody is typing; "?" lists them.
   2. Find: arrow keys and Enter over what was found.
   3. What goes wrong (no connection, signed out): said plainly, with everything typed left alone.
   4. Leaving: with a call open it asks how the call ended; with something typed the browser asks.
   5. The clock of the call. */
(function () {
  'use strict'

  htmx.config.historyEnabled = false // no page with customers' data is kept in the browser
  htmx.config.historyCacheSize = 0
  htmx.config.timeout = 20000
  // Enter in a form that has just come is htmx's at once. In the 20 ms that it waits otherwise the browser
  // would send the form itself, and where there is no connection the page, with all typed, would be gone.
  htmx.config.defaultSettleDelay = 0

  var SWITCHED_OFF = 'deskKeysOff'
  var CHORD = 1500 // milliseconds within which the second key of two must come

  function all(selector) { return Array.prototype.slice.call(document.querySelectorAll(selector)) }
  function byId(id) { return document.getElementById(id) }
  function dialogOpen() { return document.querySelector('dialog[open]') }

  // The theme hides the page until its scripts have run, and what is hidden gets no focus.
  function focusFirst() {
    if (document.activeElement !== document.body) { return }
    var first = all('[autofocus]').filter(function (one) { return one.getClientRects().length > 0 })[0]
    if (first) { first.focus() }
  }
  document.addEventListener('alpine:initialized', function () { requestAnimationFrame(focusFirst) })
  window.addEventListener('load', focusFirst)

  // --- 1. Keys ---------------------------------------------------------------------------------

  var typed = '', typedAt = 0

  function typing(element) {
    if (!element) { return false }
    if (element.isContentEditable || element.tagName === 'TEXTAREA' || element.tagName === 'SELECT') { return true }
    return element.tagName === 'INPUT' && ['radio', 'checkbox', 'submit', 'button'].indexOf(element.type) < 0
  }

  function shown(element) { return element.getClientRects().length > 0 || element.closest('details:not([open])') }

  function act(element) {
    var folded = element.closest('details:not([open])')
    if (folded && element.tagName !== 'SUMMARY') { folded.open = true }
    if (element.hasAttribute('data-key-focuses')) { element.focus(); return }
    if (element.tagName === 'SUMMARY') {
      element.parentElement.open = true
      var field = element.parentElement.querySelector('input:not([type=hidden]), select, button')
      ;(field || element).focus()
      return
    }
    element.click()
  }

  function pressed(event) {
    if (event.defaultPrevented || event.ctrlKey || event.altKey || event.metaKey || event.isComposing) { return }
    if (dialogOpen()) {
      var radio = typing(event.target) ? null : dialogOpen().querySelector('[data-digit="' + CSS.escape(event.key) + '"]')
      if (radio) { radio.checked = true; radio.focus() }
      return
    }
    if (event.key === 'Escape') {
      if (typing(event.target) && !event.target.closest('.desk-edit')) { event.target.blur(); return }
    } else if (typing(event.target)) { return }
    if (event.key === '?') { event.preventDefault(); openKeys(); return }
    if (localStorage.getItem(SWITCHED_OFF)) { return }
    if (event.key.length > 1 && event.key !== 'Escape') { return }
    var now = Date.now()
    var both = typed && now - typedAt < CHORD ? typed + ' ' + event.key : event.key
    var candidates = all('[data-key]').filter(shown)
    var found = candidates.filter(function (one) { return one.dataset.key === both })[0]
    if (!found && both !== event.key) {
      both = event.key
      found = candidates.filter(function (one) { return one.dataset.key === both })[0]
    }
    typed = both.indexOf(' ') < 0 ? both : ''
    typedAt = now
    if (!found) {
      // The first of two: go to where the second leads, so that Tab and Enter do as well.
      var first = candidates.filter(function (one) { return one.dataset.key.indexOf(both + ' ') === 0 })[0]
      if (first) { event.preventDefault(); first.focus() }
      return
    }
    event.preventDefault()
    act(found)
  }

  function openKeys() {
    var list = byId('desk-keys').querySelector('dl')
    var said = {}
    list.textContent = ''
    all('[data-key-says]').forEach(function (one) {
      if (said[one.dataset.key]) { return }
      said[one.dataset.key] = true
      var key = document.createElement('dt'), words = document.createElement('dd')
      var box = document.createElement('kbd')
      box.textContent = one.dataset.key
      key.append(box)
      words.textContent = one.dataset.keySays
      list.append(key, words)
    })
    sayWhetherOff()
    byId('desk-keys').showModal()
  }

  function sayWhetherOff() {
    byId('desk-keys-off').textContent = localStorage.getItem(SWITCHED_OFF) ? 'Switch shortcuts on' : 'Switch shortcuts off'
  }

  document.addEventListener('keydown', pressed)

  // --- 2. Find ---------------------------------------------------------------------------------

  var box = byId('desk-words')
  var enterWaits = false

  function options() { return all('#desk-results [role=option]') }

  function choose(option) {
    options().forEach(function (one) { one.setAttribute('aria-selected', one === option ? 'true' : 'false') })
    if (option) {
      box.setAttribute('aria-activedescendant', option.id)
      option.scrollIntoView({ block: 'nearest' })
    } else { box.removeAttribute('aria-activedescendant') }
  }

  if (box) {
    box.addEventListener('keydown', function (event) {
      var list = options()
      var at = list.findIndex(function (one) { return one.getAttribute('aria-selected') === 'true' })
      if (event.key === 'ArrowDown' && list.length) { event.preventDefault(); choose(list[(at + 1) % list.length]) }
      if (event.key === 'ArrowUp' && list.length) { event.preventDefault(); choose(list[(at <= 0 ? list.length : at) - 1]) }
      if (event.key === 'Escape') { choose(null) }
      if (event.key === 'Enter') {
        event.preventDefault()
        if (waiting || box.value !== asked) { enterWaits = true; htmx.trigger(box, 'change'); return }
        var chosen = list[at] || (list.length === 1 ? list[0] : null)
        if (chosen) { chosen.click() } else if (list.length) { choose(list[0]) }
      }
    })
    box.addEventListener('input', function () { enterWaits = false })
  }

  var waiting = false, asked = ''

  document.addEventListener('htmx:beforeRequest', function (event) {
    if (event.target === box) { waiting = true; asked = box.value }
  })

  document.addEventListener('htmx:afterRequest', function (event) {
    if (event.target === box) { waiting = false }
  })

  document.addEventListener('htmx:afterSwap', function (event) {
    if (!box || event.detail.target.id !== 'desk-found') { return }
    var list = byId('desk-results')
    byId('desk-counted').textContent = list ? list.dataset.counted : ''
    box.setAttribute('aria-expanded', options().length ? 'true' : 'false')
    choose(null)
    if (enterWaits && options().length) {
      enterWaits = false
      if (options().length === 1) { options()[0].click() } else { choose(options()[0]) }
    }
  })

  // --- 3. What goes wrong ----------------------------------------------------------------------

  var LOST = 'The desk could not be reached. What you typed is still here: send it again. It is not recorded twice.'
  var FAILED = 'The desk could not do that. What you typed is still here; tell your supervisor if it happens again.'
  var SIGNED_OUT = 'You were signed out. What you typed is still here. Sign in on another tab, come back, and send it again.'

  function trouble(words, address) {
    var place = byId('desk-trouble')
    place.textContent = words
    if (address) {
      var link = document.createElement('a')
      link.href = address
      link.target = '_blank'
      link.rel = 'noopener'
      link.className = 'text-link'
      link.textContent = ' Sign in'
      place.append(link)
    }
    place.hidden = false
    place.scrollIntoView({ block: 'nearest' })
  }

  function fine() { byId('desk-trouble').hidden = true; signedOut = false }

  var signedOut = false

  // After signing in on another tab the forms here have the number of the old session. The page is
  // asked for once more, and only that number is taken from it.
  function renew() {
    fetch(location.href, { credentials: 'same-origin', cache: 'no-store' }).then(function (answer) {
      if (!answer.ok || new URL(answer.url).pathname !== location.pathname) { return }
      return answer.text().then(function (text) {
        var fresh = new DOMParser().parseFromString(text, 'text/html').querySelector('input[name=csrfmiddlewaretoken]')
        if (!fresh) { return }
        all('input[name=csrfmiddlewaretoken]').forEach(function (one) { one.value = fresh.value })
        fine()
      })
    }, function () {})
  }

  window.addEventListener('focus', function () { if (signedOut) { renew() } })
  document.addEventListener('visibilitychange', function () {
    if (signedOut && document.visibilityState === 'visible') { renew() }
  })

  document.addEventListener('htmx:sendError', function () { trouble(LOST) })
  document.addEventListener('htmx:timeout', function () { trouble(LOST) })
  document.addEventListener('htmx:beforeSwap', function (event) {
    var answer = event.detail.xhr
    var from = new URL(answer.responseURL || location.href)
    if (answer.status === 403 || from.pathname.indexOf('/desk/') !== 0) {
      event.detail.shouldSwap = false
      signedOut = true
      trouble(SIGNED_OUT, byId('desk-trouble').dataset.door)
      renew()
    } else if (answer.status >= 400) {
      trouble(answer.status === 404 ? 'That is not there any more. Reload the page.' : FAILED)
    } else { fine() }
  })

  // --- 4. Leaving ------------------------------------------------------------------------------

  var leaving = false

  function dirty() {
    return all('form[data-watched]').some(function (form) {
      return Array.prototype.some.call(form.elements, function (one) {
        if (one.type === 'hidden') { return false }
        if (one.type === 'radio' || one.type === 'checkbox') { return one.checked !== one.defaultChecked }
        if (one.tagName === 'SELECT') {
          return Array.prototype.some.call(one.options, function (o) { return o.selected !== o.defaultSelected && one.selectedIndex > 0 })
        }
        return 'defaultValue' in one && one.value !== one.defaultValue
      })
    })
  }

  window.addEventListener('beforeunload', function (event) {
    if (!leaving && dirty()) { event.preventDefault(); event.returnValue = '' }
  })
  document.addEventListener('submit', function (event) {
    if (!event.defaultPrevented) { leaving = true }
  })

  function openEnd(next) {
    var dialog = byId('desk-end')
    var leave = dialog.querySelector('.desk-leave')
    dialog.querySelector('input[name=next]').value = next || ''
    leave.hidden = !next
    leave.href = next || '#'
    dialog.showModal()
  }

  document.addEventListener('click', function (event) {
    var opener = event.target.closest('[data-opens]')
    if (opener) {
      event.preventDefault()
      if (opener.dataset.opens === 'desk-keys') { openKeys() } else { openEnd('') }
      return
    }
    var closer = event.target.closest('[data-closes]')
    if (closer) { byId(closer.dataset.closes).close(); return }
    if (event.target.id === 'desk-keys-off') {
      if (localStorage.getItem(SWITCHED_OFF)) { localStorage.removeItem(SWITCHED_OFF) } else { localStorage.setItem(SWITCHED_OFF, '1') }
      sayWhetherOff()
      return
    }
    var link = event.target.closest('a[href]')
    var here = byId('desk-call')
    if (!link || !here || event.defaultPrevented || event.button || event.ctrlKey || event.metaKey || event.shiftKey) { return }
    if (link.target || link.hasAttribute('hx-get') || link.closest('dialog') || link.getAttribute('href').charAt(0) === '#') { return }
    if (link.pathname.indexOf(here.dataset.call) === 0) { return }
    event.preventDefault()
    openEnd(link.pathname + link.search)
  })

  // --- 5. The clock ----------------------------------------------------------------------------

  function tick() {
    all('.desk-clock').forEach(function (clock) {
      var seconds = Math.max(0, Math.floor((Date.now() - new Date(clock.dateTime)) / 1000))
      var minutes = Math.floor(seconds / 60)
      var since = clock.dataset.since || (clock.dataset.since = clock.textContent)
      clock.textContent = since + ' (' + minutes + ':' + String(seconds % 60).padStart(2, '0') + ')'
    })
  }
  tick()
  setInterval(tick, 1000)
  document.addEventListener('htmx:afterSettle', tick)
})()
