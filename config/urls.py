"""Every address of the site."""

from django.conf import settings
from django.contrib import admin
from django.urls import include, path
from django.views.generic import RedirectView

from config import captured_mail, jobs_page, questions_page
from config.webhooks import webhook_urls
from cpni.web import calendar

urlpatterns = [
    path("captured-mail/", admin.site.admin_view(captured_mail.caught), name="captured-mail"),
    path(
        "captured-mail/<str:name>/",
        admin.site.admin_view(captured_mail.message),
        name="captured-message",
    ),
    path("jobs/", admin.site.admin_view(jobs_page.jobs_page), name="jobs"),
    path("jobs/start/", admin.site.admin_view(jobs_page.start_job), name="start-job"),
    path("questions/", admin.site.admin_view(questions_page.questions_page), name="questions"),
    path("account/", include("config.account_pages")),
    path("admin/", admin.site.urls),
    path("calendar/<str:secret>/deadlines.ics", calendar.feed, name="calendar-feed"),
    path("desk/", include("cpni.desk.urls")),
    path("api/v1/", include("cpni.api.urls")),
    *webhook_urls(settings.MAIL_PROVIDER),
    path("", include("cpni.web.urls")),  # the public pages
    path("", RedirectView.as_view(pattern_name="admin:index")),
]

handler400 = "config.error_pages.bad_request"
handler403 = "config.error_pages.permission_denied"
handler404 = "config.error_pages.not_found"
handler429 = "config.error_pages.too_many"  # asked for by django-allauth
handler500 = "config.error_pages.server_error"
