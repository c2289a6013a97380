"""Settings of CPNI Desk, from the environment (README, "Production"). Read top to bottom.

``MODE`` is ``trial`` (the default: this machine only, no server needed) or ``production``, which
refuses to start until everything that production needs is named.
"""

import re
import secrets
from pathlib import Path
from zoneinfo import available_timezones

from django.core.exceptions import ImproperlyConfigured

from accounts.encryption import is_key, new_key
from accounts.table_format import GuardedCSV
from accounts.upload_checks import LARGEST_LIST, LARGEST_SCAN, MB
from config.csp import PAGES
from config.env import env, hours, trial_secret
from config.gateways import gateway
from config.headers import HEADERS
from config.incoming import mailbox, return_address, webhooks
from config.logs import logging_settings
from config.signin import signin_problems, signin_settings
from config.unfold import UNFOLD  # noqa: F401  (a setting of the admin's theme)

BASE_DIR = Path(__file__).resolve().parent.parent

# --- What this installation is -------------------------------------------------------------------

MODE = env.str("MODE", default="trial")
if MODE not in ("trial", "production"):
    raise ImproperlyConfigured(f"MODE is “{MODE}”; it must be trial or production.")
PRODUCTION = MODE == "production"

DEBUG = env.bool("DEBUG", default=False)
DATA_DIR = Path(env.str("DATA_DIR", default=str(BASE_DIR / "var"))).resolve()
LOOPBACK = ["localhost", "127.0.0.1", "[::1]"]
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=LOOPBACK)
# How customers reach the pages that notices name, without a slash at its end.
PUBLIC_URL = env.str(
    "PUBLIC_URL",
    default=f"https://{ALLOWED_HOSTS[0]}"
    if PRODUCTION and ALLOWED_HOSTS
    else "http://127.0.0.1:8000",
).rstrip("/")
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])
SECRET_KEY = env.str("SECRET_KEY", default="")
# What is encrypted at rest: the first key seals, all of them open (accounts/encryption.py).
FIELD_KEYS = [k for k in re.split(r"[\s,]+", env.str("FIELD_KEYS", default="")) if k]
TIME_ZONE = env.str("TIME_ZONE", default="America/Denver")
if TIME_ZONE not in available_timezones():
    raise ImproperlyConfigured(f"TIME_ZONE is “{TIME_ZONE}”; use a name such as America/Denver.")

if PRODUCTION:
    missing = []
    if len(SECRET_KEY) < 50:
        missing.append("SECRET_KEY: at least 50 random characters")
    if DEBUG:
        missing.append("DEBUG: must be off")
    if not ALLOWED_HOSTS or ALLOWED_HOSTS == LOOPBACK or "*" in ALLOWED_HOSTS:
        missing.append("ALLOWED_HOSTS: the names under which this site is reached, no *")
    if not env.str("DATABASE_URL", default="").startswith(("postgres://", "postgresql://")):
        missing.append("DATABASE_URL: postgresql://user:password@host/name")
    if not env.str("REDIS_URL", default="").startswith(("redis://", "rediss://", "unix://")):
        missing.append("REDIS_URL: redis://host:6379/0")
    if not env.str("EMAIL_URL", default=""):
        missing.append("EMAIL_URL: smtp+tls://user:password@host:587")
    if not FIELD_KEYS or not all(map(is_key, FIELD_KEYS)):
        missing.append("FIELD_KEYS: 32 bytes in base64; `openssl rand -base64 32` makes them")
    missing += signin_problems()
    if missing:
        raise ImproperlyConfigured(
            "CPNI Desk does not start in production until these are set:\n  " + "\n  ".join(missing)
        )
else:
    if any(host not in LOOPBACK for host in ALLOWED_HOSTS):
        raise ImproperlyConfigured(
            "A trial answers on this machine only. To be reached by other names, set"
            " MODE=production with what that needs (README, “Production”)."
        )
    SECRET_KEY = SECRET_KEY or trial_secret(DATA_DIR, "secret_key", secrets.token_urlsafe(64))
    FIELD_KEYS = FIELD_KEYS or [trial_secret(DATA_DIR, "field_key", new_key())]

# --- Apps and middleware -------------------------------------------------------------------------

INSTALLED_APPS = [
    "config.apps.DeskConfig",
    "cpni.apps.CpniConfig",
    "notices.apps.NoticesConfig",
    "accounts.apps.AccountsConfig",
    "unfold.apps.BasicAppConfig",  # the other one would put its own admin site in place of ours
    "unfold.contrib.filters",
    "unfold.contrib.forms",
    "unfold.contrib.import_export",
    "unfold.contrib.simple_history",
    "simple_history",
    "import_export",
    "anymail",
    "csp",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "config.apps.DeskAdminConfig",  # after the theme, whose templates replace the admin's own
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
]

MIDDLEWARE = [
    "config.request_id.RequestIdMiddleware",  # first: whatever else fails has an id
    # Before the others, so that they see every response, whoever gives it.
    "config.headers.HeadersMiddleware",
    "config.csp.PolicyMiddleware",
    "config.problems.ProblemMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "config.request_limits.WellFormedMiddleware",  # before a cookie is looked up
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "accounts.gate.GateMiddleware",
    "config.rates.RateMiddleware",
    "config.request_limits.SizeMiddleware",
    "simple_history.middleware.HistoryRequestMiddleware",
    "accounts.within_call.WithinCallMiddleware",
    "accounts.admin.looking.LookMiddleware",
    "config.carrier_time.CarrierTimeMiddleware",
    "accounts.training_gate.TrainingMiddleware",  # by the carrier's day
    "config.unreadable.UnreadableMiddleware",
    "config.error_pages.NotAllowedMiddleware",
]

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "config" / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "config.account_pages.frame",
            ],
        },
    },
]

# --- Database ------------------------------------------------------------------------------------

DATABASES = {"default": env.db_url("DATABASE_URL", default=f"sqlite:///{DATA_DIR}/cpni.sqlite3")}
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    DATA_DIR.mkdir(parents=True, exist_ok=True)
    # WAL: readers do not wait for the writer. IMMEDIATE: a transaction that will write takes its
    # place in the queue at once, and waits up to `timeout` seconds instead of failing when it
    # finds, halfway, that another has written.
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 30,
        "init_command": (
            "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA temp_store=MEMORY;"
            " PRAGMA cache_size=-65536;"  # 64 MB
            # INSERT OR REPLACE removes rows: so that it meets the triggers that refuse that.
            " PRAGMA recursive_triggers=ON;"
        ),
    }
else:
    DATABASES["default"]["CONN_MAX_AGE"] = env.int("CONN_MAX_AGE", default=60)
    DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
    # Only of what accounts/prepared.py asks; not behind a pooler that does not know of them.
    if env.bool("PREPARED_STATEMENTS", default=True):
        DATABASES["default"].setdefault("OPTIONS", {})["prepare_threshold"] = 5
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# --- Background work -----------------------------------------------------------------------------

REDIS_URL = env.str("REDIS_URL", default="")
BROKER_DIR = DATA_DIR / "broker"

# What every web process must agree on: codes that were used, codes that were guessed. Without Redis
# it is a table; memory would be one per process.
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": REDIS_URL,
        "KEY_PREFIX": "desk",
        "OPTIONS": {"serializer": "config.cache_values.JSONValues"},
    }
    if REDIS_URL
    else {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "desk_cache",
    }
}

# --- Backups -------------------------------------------------------------------------------------

# Public keys (age1…) that backups are encrypted for; a trial makes a pair of its own.
BACKUP_RECIPIENTS = env.list("BACKUP_RECIPIENTS", default=[])

# --- Mail ----------------------------------------------------------------------------------------

EMAIL_URL = env.str("EMAIL_URL", default="")
vars().update(env.email_url("EMAIL_URL", default="consolemail://"))
EMAIL_TIMEOUT = env.int("EMAIL_TIMEOUT", default=30)  # seconds
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", default="cpni-desk@localhost")
# Message-IDs end in this domain; by default the one that mail is sent from.
MAIL_DOMAIN = env.str("MAIL_DOMAIN", default=DEFAULT_FROM_EMAIL.rpartition("@")[2].rstrip(">"))
# Where mail comes back, with a token after a + (notices/return_addresses.py). Without it replies go
# to the carrier's opt-out address, and bounces to the address that mail is sent from.
RETURN_ADDRESS = return_address()
# By which doors it comes in: a mailbox that is polled, a provider's webhooks (config/incoming.py).
MAILBOX = mailbox(production=PRODUCTION)
MAIL_PROVIDER, ANYMAIL = webhooks()
# Connections to the relay that one sending loop keeps open at once.
SMTP_CONNECTIONS = env.int("SMTP_CONNECTIONS", default=10)
# A sending loop that has not renewed its lease for so long is taken to be dead (seconds).
SENDING_LEASE = env.int("SENDING_LEASE", default=60)
# Where the demo's mail server keeps what it caught; its page is shown only when this is set.
CAPTURED_MAIL_DIR = env.str("CAPTURED_MAIL_DIR", default="")

# --- Text and voice messages ---------------------------------------------------------------------

# By channel: what config/gateways.py reads, or None where messages go by letter and e-mail instead.
GATEWAYS = {name: gateway(name.upper(), production=PRODUCTION) for name in ("text", "voice")}

# --- Other systems -------------------------------------------------------------------------------

# Whether webhooks may go to http and to private addresses: only where subscribers are in the same
# network, as what is entered in the admin could make us ask any of its machines.
WEBHOOK_PRIVATE_ADDRESSES = env.bool("WEBHOOK_PRIVATE_ADDRESSES", default=False)

# --- Seals of the history ------------------------------------------------------------------------

# Where each day's seal leaves the database: addresses, and a file that is only ever appended to,
# best on a disk that the administrator of the database cannot write to.
SEAL_EMAIL = env.list("SEAL_EMAIL", default=[])
SEAL_FILE = env.str("SEAL_FILE", default="")

# --- Staff and sessions --------------------------------------------------------------------------

AUTH_USER_MODEL = "accounts.User"
signin = signin_settings(production=PRODUCTION)
vars().update(signin)
# Ours among them, by name: mypy knows a setting only where it stands here.
SECOND_FACTOR = str(signin["SECOND_FACTOR"])
SESSION_IDLE_MINUTES = int(signin["SESSION_IDLE_MINUTES"])
SESSION_HOURS = int(signin["SESSION_HOURS"])
DEVICE_COOKIE_NAME = str(signin["DEVICE_COOKIE_NAME"])
ALLAUTH_TRUSTED_PROXY_COUNT = int(signin["ALLAUTH_TRUSTED_PROXY_COUNT"])
OIDC_USERNAME_CLAIM = str(signin["OIDC_USERNAME_CLAIM"])
OIDC_ENFORCES_SECOND_FACTOR = bool(signin["OIDC_ENFORCES_SECOND_FACTOR"])

# --- The record of looks -------------------------------------------------------------------------

# When staff look at customers, in the carrier's time zone; what they see outside is reported. An
# environment variable and no field of the carrier: nobody whom it watches can widen it.
DESK_HOURS = hours("DESK_HOURS", default="07:00-21:00")
# Whether calls are taken at the call desk. A carrier that takes them elsewhere says no, or every
# look would be reported as made outside a call.
CALLS_RECORDED = env.bool("CALLS_RECORDED", default=True)

# --- History and import --------------------------------------------------------------------------

SIMPLE_HISTORY_ENABLED = True
SIMPLE_HISTORY_REVERT_DISABLED = True
SIMPLE_HISTORY_ENFORCE_HISTORY_MODEL_PERMISSIONS = True
SIMPLE_HISTORY_HISTORY_CHANGE_REASON_USE_TEXT_FIELD = True
SIMPLE_HISTORY_DATE_INDEX = "composite"
# Without these the library lets every member of staff import and export (house.md, the box).
IMPORT_EXPORT_IMPORT_PERMISSION_CODE = "import"
IMPORT_EXPORT_EXPORT_PERMISSION_CODE = "export"
IMPORT_EXPORT_FORMATS = [GuardedCSV]
# The history is the ledger; the admin's own log would be a second one beside it.
IMPORT_EXPORT_SKIP_ADMIN_LOG = True
# The library's own choice is the system's temporary folder, for ever if nobody confirms.
IMPORT_EXPORT_TMP_STORAGE_CLASS = "accounts.uploads.UploadStorage"

# --- Language, time, files -----------------------------------------------------------------------

LANGUAGE_CODE = "en-us"
USE_I18N = False
USE_TZ = True
DATE_FORMAT = "M j, Y"
DATETIME_FORMAT = "M j, Y, g:i a"
STATIC_URL = "static/"
STATIC_ROOT = DATA_DIR / "static"
STATICFILES_DIRS = [BASE_DIR / "config" / "static"]
STORAGES = {
    "default": {
        # Scans are encrypted, and served by a view that asks for permission, never by address.
        "BACKEND": "accounts.sealed_files.SealedStorage",
        "OPTIONS": {
            "location": str(DATA_DIR / "files"),
            "base_url": None,
            "file_permissions_mode": 0o600,
            "directory_permissions_mode": 0o700,
        },
    },
    "staticfiles": {
        "BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"
        if PRODUCTION
        else "django.contrib.staticfiles.storage.StaticFilesStorage"
    },
}
# A trial serves the libraries' own files; production serves what `collectstatic` gathered.
WHITENOISE_USE_FINDERS = not PRODUCTION
WHITENOISE_ALLOW_ALL_ORIGINS = False  # no other site has a use for our files
STATIC_ROOT.mkdir(parents=True, exist_ok=True)

# --- Requests ------------------------------------------------------------------------------------

# The largest request is a form with a scan; before signing in there is no form of more than some
# fields. What is larger is refused before it is read (config/request_limits.py).
LARGEST_REQUEST = LARGEST_SCAN + MB  # bytes
LARGEST_REQUEST_SIGNED_OUT = 64 * 1024
# On the one page that takes lists of account numbers, from whoever may have them marked.
LARGEST_REQUEST_LIST = LARGEST_LIST + MB
# The text of all fields: the longest is a notice in two languages as e-mail and letter, 50 KB.
DATA_UPLOAD_MAX_MEMORY_SIZE = MB
DATA_UPLOAD_MAX_NUMBER_FIELDS = 500  # the longest form is a notice with its texts: below 50
DATA_UPLOAD_MAX_NUMBER_FILES = 2  # no form has more than one
# Files stay in memory until they are stored sealed: Django's other handler writes what is large
# into the system's temporary folder, readable.
FILE_UPLOAD_HANDLERS = ["django.core.files.uploadhandler.MemoryFileUploadHandler"]
FILE_UPLOAD_MAX_MEMORY_SIZE = LARGEST_REQUEST_LIST
# Somebody quick opens a page every two seconds: ten times that. The whole of a call centre that
# signs in behind one address at the same minute makes some six requests each.
REQUESTS_PER_MINUTE = env.int("REQUESTS_PER_MINUTE", default=300)
REQUESTS_PER_MINUTE_SIGNED_OUT = env.int("REQUESTS_PER_MINUTE_SIGNED_OUT", default=600)

# --- Safety --------------------------------------------------------------------------------------

CONTENT_SECURITY_POLICY = {"DIRECTIVES": PAGES}
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = HEADERS["Referrer-Policy"]
SECURE_CROSS_ORIGIN_OPENER_POLICY = HEADERS["Cross-Origin-Opener-Policy"]
X_FRAME_OPTIONS = HEADERS["X-Frame-Options"]
CSRF_FAILURE_VIEW = "config.error_pages.csrf_failure"
# Messages name customers' accounts; Django's own choice keeps them readable in a cookie.
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"
SESSION_COOKIE_HTTPONLY = True
CSRF_COOKIE_HTTPONLY = True
if PRODUCTION:
    SECURE_SSL_REDIRECT = env.bool("SECURE_SSL_REDIRECT", default=True)
    SECURE_HSTS_SECONDS = env.int("SECURE_HSTS_SECONDS", default=31_536_000)
    SECURE_HSTS_INCLUDE_SUBDOMAINS = True
    SECURE_HSTS_PRELOAD = True
    SESSION_COOKIE_SECURE = True
    CSRF_COOKIE_SECURE = True
    CSRF_COOKIE_NAME = "__Host-csrftoken"  # no other host of the domain can set it
    # Only where a proxy of one's own sets it and removes what clients send.
    if ALLAUTH_TRUSTED_PROXY_COUNT:
        SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")

# --- Logs ----------------------------------------------------------------------------------------

LOG_FORMAT = env.str("LOG_FORMAT", default="json" if PRODUCTION else "line")
LOG_LEVEL = env.str("LOG_LEVEL", default="INFO")
LOGGING = logging_settings(form=LOG_FORMAT, level=LOG_LEVEL)
LOGGING_CONFIG = "config.logs.configure"
# Nobody is mailed an error report: those show settings and what was posted.
ADMINS: list[tuple[str, str]] = []
MANAGERS = ADMINS
