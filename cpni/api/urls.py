"""The addresses of the API, and the page that lists them."""

from django.urls import path

from cpni.api import api
from cpni.api.pages import documentation

urlpatterns = [path("", documentation, name="api-documentation"), path("", api.urls)]
