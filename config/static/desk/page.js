/* What the theme's pages keep and call, as Alpine's build without eval wants it: by name.

   That build reads the expressions in the pages itself, one expression each, and lets them reach
   nothing outside: no window, none of the theme's functions in app.js. They get here what they
   name, and no more of it. */
document.addEventListener('alpine:init', function () {
  'use strict'

  Alpine.data('theme', theme)
  Alpine.data('searchForm', searchForm)

  // The theme has it for lists that search while one types, which tell jQuery alone of a change. There
  // are none here, and what is in it is JavaScript.
  document.querySelectorAll('[x-init^="const $ = django.jQuery"]').forEach(function (field) {
    field.removeAttribute('x-init')
  })

  Alpine.data('page', function (tab) {
    return {
      activeTab: tab,
      sidebarMobileOpen: false,
      sidebarDesktopOpen: localStorage.getItem('sidebarDesktopOpen') !== '0',
      init() {
        this.activeTab = (tab && getCurrentTab()) || tab
        this.$watch('sidebarDesktopOpen', function (open) {
          localStorage.setItem('sidebarDesktopOpen', open ? '1' : '0')
        })
      },
      sortRecords: sortRecords,
      moveRecords: moveRecords,
      window: {
        location: {
          get pathname() { return location.pathname },
          get search() { return location.search },
          get hash() { return location.hash },
          get href() { return location.href },
          set href(address) {
            // Expressions stand in pages; an address there must not become a script.
            if (new URL(address, location.href).origin === location.origin) { location.assign(address) }
          }
        }
      }
    }
  })
})

/* A page that is shown again at its own address after a form was sent does not get its field in focus
   by itself (seen in Chromium 156): a scanner that types the next code would type into nothing. */
window.addEventListener('pageshow', function () {
  'use strict'
  const field = document.querySelector('[autofocus]')
  if (field && (!document.activeElement || document.activeElement === document.body)) { field.focus() }
})

/* A second click on the button of a form that is being sent sends nothing: what was saved by the first
   would be refused as there already. Where the answer is a file, the page stays and may be sent again. */
document.addEventListener('submit', function (event) {
  'use strict'
  const form = event.target
  if (event.defaultPrevented || form.method !== 'post' || form.hasAttribute('hx-post')) { return }
  if (form.dataset.sent) { event.preventDefault(); return }
  form.dataset.sent = 'yes'
  setTimeout(function () { delete form.dataset.sent }, 3000)
})
