/* Say in words what went wrong with a passkey, and ask for those that sign in by themselves. */
(function () {
  'use strict'
  var WORDS = {
    NotAllowedError: 'No passkey was used: it was cancelled, took too long, or there is none for this address.',
    InvalidStateError: 'This passkey is already registered.',
    SecurityError: 'Passkeys do not work at this address. They need https, or http://localhost.',
    NotSupportedError: 'This browser or key cannot make such a passkey.'
  }
  document.addEventListener('allauth.error', function (event) {
    var place = document.getElementById('desk-passkey-trouble')
    if (!place) { return }
    event.preventDefault()
    var error = event.detail && event.detail.exception
    place.textContent = WORDS[error && error.name] || 'The passkey did not work. Try again.'
    place.hidden = false
  })
})()
