"""Addresses of the call desk, and the panels of the call screen in their order."""

from django.urls import path

from cpni.desk import calls, complaint, consent, details, done, find, policy, supervisor, who
from cpni.desk.panels import PANELS

app_name = "desk"
CALL = "calls/<int:pk>/"

urlpatterns = [
    path("", find.find, name="find"),
    path("results/", find.results, name="results"),
    path("policy-calls/", policy.tasks, name="policy-calls"),
    path("policy-calls/next/", policy.call_next, name="policy-next"),
    path("supervisor/", supervisor.view, name="supervisor"),
    path("customers/<int:pk>/", find.start, name="start"),
    path(CALL, calls.screen, name="call"),
    path(f"{CALL}end/", calls.end, name="end"),
    path(f"{CALL}said/<slug:method>/", who.say, name="say"),
    path(f"{CALL}call-back/", who.call_back, name="call-back"),
    path(f"{CALL}code/", who.send_code, name="send-code"),
    path(f"{CALL}photo/", who.photo, name="photo"),
    path(f"{CALL}contract/", who.exempt, name="exempt"),
    path(f"{CALL}declined/", who.declined, name="declined"),
    path(f"{CALL}edit/<slug:what>/", details.edit, name="edit"),
    path(f"{CALL}opt-out/", consent.opt_out, name="opt-out"),
    path(f"{CALL}stop-using/", consent.stop_using, name="stop-using"),
    path(f"{CALL}allow-marketing/", consent.allow_marketing, name="allow-marketing"),
    path(f"{CALL}ask/", consent.ask, name="ask"),
    path(f"{CALL}policy/", policy.record, name="policy"),
    path(f"{CALL}complaint/", complaint.receive, name="complaint"),
]

PANELS[:] = [who.PANEL, policy.PANEL, details.PANEL, consent.PANEL, complaint.PANEL, done.PANEL]
