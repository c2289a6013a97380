"""Addresses of the public pages. They stand in letters for years: they do not change."""

from django.urls import path

from cpni.web import pages

app_name = "choices"

urlpatterns = [
    path("choices/", pages.without_link, name="without-link"),
    path("choices/received/<slug:reference>/", pages.received, name="received"),
    path("choices/stop/<slug:token>/", pages.stop_marketing, name="stop-marketing"),
    path("choices/<slug:token>/", pages.notice, name="notice"),
    path("choices/<slug:token>/saved/", pages.saved, name="saved"),
    path("privacy/", pages.policy_now, name="policy"),
    path("privacy/<str:number>/", pages.policy_version, name="policy-version"),
]
