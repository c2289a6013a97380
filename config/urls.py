"""Every address of the site."""

from django.contrib import admin
from django.urls import include, path
from django.views.generic import RedirectView

from config import captured_mail

urlpatterns = [
    path("captured-mail/", admin.site.admin_view(captured_mail.caught), name="captured-mail"),
    path(
        "captured-mail/<str:name>/",
        admin.site.admin_view(captured_mail.message),
        name="captured-message",
    ),
    path("account/", include("config.account_pages")),
    path("admin/", admin.site.urls),
    path("desk/", include("cpni.desk.urls")),
    path("", include("cpni.web.urls")),  # the public pages
    path("", RedirectView.as_view(pattern_name="admin:index")),
]

handler400 = "config.error_pages.bad_request"
handler403 = "config.error_pages.permission_denied"
handler404 = "config.error_pages.not_found"
handler429 = "config.error_pages.too_many"  # asked for by django-allauth
handler500 = "config.error_pages.server_error"
