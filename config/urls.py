"""Every address of the site."""

from django.contrib import admin
from django.urls import include, path
from django.views.generic import RedirectView

from config import captured_mail

handler400 = "config.refusals.bad_request"
urlpatterns = [
    path("captured-mail/", admin.site.admin_view(captured_mail.caught), name="captured-mail"),
    path(
        "captured-mail/<str:name>/",
        admin.site.admin_view(captured_mail.message),
        name="captured-message",
    ),
    path("account/", include("config.account_pages")),
    path("admin/", admin.site.urls),
    path("", RedirectView.as_view(pattern_name="admin:index")),
]
