"""Settings of signing in, from the environment (README, "Signing in"). Called by settings.py.

The measure is OWASP ASVS 5.0 level 2; the numbers below name its requirements.
"""

from typing import Any

from django.core.exceptions import ImproperlyConfigured

from config.env import env

SECOND_FACTORS = ("required", "offered")
SSO = "sso"  # the identity provider's name in addresses


def signin_settings(*, production: bool) -> dict[str, Any]:
    """Every setting of signing in. Raises ImproperlyConfigured for what is not understood."""
    return {
        **_passwords(),
        **_sessions(production),
        **_second_factor(production),
        **_library(),
        **_single_sign_on(),
    }


def signin_problems() -> list[str]:
    """What production refuses to start with: a variable and what it must be, each."""
    problems = []
    issuer = env.str("OIDC_ISSUER", default="")
    if issuer and not issuer.startswith("https://"):
        problems.append("OIDC_ISSUER: an address that begins with https://")
    if issuer and not env.str("OIDC_CLIENT_ID", default=""):
        problems.append("OIDC_CLIENT_ID: the name under which the identity provider knows the desk")
    if issuer and not env.str("OIDC_CLIENT_SECRET", default=""):
        problems.append("OIDC_CLIENT_SECRET: the secret that belongs to OIDC_CLIENT_ID")
    return problems


def _passwords() -> dict[str, Any]:
    """6.2.1 length, 6.2.4 common passwords, 6.2.11 our own words, 6.2.12 leaked ones; 11.4.2."""
    validation = "django.contrib.auth.password_validation"
    return {
        "PASSWORD_HASHERS": [
            "django.contrib.auth.hashers.Argon2PasswordHasher",
            # Only to recognise passwords from before; each is hashed anew at the next sign-in.
            "django.contrib.auth.hashers.PBKDF2PasswordHasher",
        ],
        "AUTH_PASSWORD_VALIDATORS": [
            {"NAME": f"{validation}.UserAttributeSimilarityValidator"},
            {"NAME": f"{validation}.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
            {"NAME": f"{validation}.CommonPasswordValidator"},  # 20,000 leaked ones
            {"NAME": "accounts.passwords.HardToGuess"},  # 30,000 more, and what resembles them
            {"NAME": "accounts.passwords.NotOurWords"},
        ],
    }


def _sessions(production: bool) -> dict[str, Any]:
    """7.3.1 idle, 7.3.2 absolute lifetime; 3.3 cookies."""
    idle = env.int("SESSION_IDLE_MINUTES", default=30)
    hours = env.int("SESSION_HOURS", default=12)
    if not 1 <= idle <= 60:
        raise ImproperlyConfigured(f"SESSION_IDLE_MINUTES is “{idle}”; use 1 to 60.")
    if not 1 <= hours <= 24:
        raise ImproperlyConfigured(f"SESSION_HOURS is “{hours}”; use 1 to 24.")
    host = "__Host-" if production else ""  # no other host of the domain can set it
    return {
        "SESSION_IDLE_MINUTES": idle,
        "SESSION_HOURS": hours,
        "SESSION_COOKIE_AGE": hours * 3600,
        "SESSION_EXPIRE_AT_BROWSER_CLOSE": True,
        "SESSION_COOKIE_NAME": f"{host}sessionid",
        # Not “Strict”: the identity provider's answer comes from another site.
        "SESSION_COOKIE_SAMESITE": "Lax",
        "DEVICE_COOKIE_NAME": f"{host}known_browser",
        "ALLAUTH_TRUSTED_PROXY_COUNT": _proxies(),
        "USERSESSIONS_TRACK_ACTIVITY": True,  # shown in the list; accounts/sessions.py writes it
    }


def _proxies() -> int:
    """How many proxies of one's own stand before the desk."""
    said = env.str("BEHIND_TLS_PROXY", default="0").strip() or "0"
    if not said.isdigit() or int(said) > 9:
        raise ImproperlyConfigured(
            f"BEHIND_TLS_PROXY is “{said}”; say how many proxies of yours there are: 0, 1, 2 …"
        )
    return int(said)


def _second_factor(production: bool) -> dict[str, Any]:
    """6.3.3: more than one factor; 6.5.1 codes are used once, 6.5.5 and live 30 seconds."""
    wanted = env.str("SECOND_FACTOR", default="required" if production else "offered")
    if wanted not in SECOND_FACTORS:
        raise ImproperlyConfigured(f"SECOND_FACTOR is “{wanted}”; it must be required or offered.")
    return {
        "SECOND_FACTOR": wanted,
        "MFA_ADAPTER": "accounts.signin.FactorAdapter",
        "MFA_SUPPORTED_TYPES": ["totp", "webauthn", "recovery_codes"],
        "MFA_PASSKEY_LOGIN_ENABLED": True,
        # A key with a fingerprint or PIN is two factors by itself.
        "MFA_WEBAUTHN_USER_VERIFICATION": "required",
        "MFA_ALLOW_UNVERIFIED_EMAIL": True,  # an officer enters addresses; nothing hangs on them
        "MFA_TOTP_ISSUER": "CPNI Desk",
        "MFA_RECOVERY_CODE_DIGITS": 12,
        "MFA_RECOVERY_CODES_SHOW_ONCE": True,
    }


def _library() -> dict[str, Any]:
    """django-allauth: user names, no signing up, nothing by e-mail."""
    return {
        "LOGIN_URL": "account_login",
        "LOGIN_REDIRECT_URL": "admin:index",
        "LOGOUT_REDIRECT_URL": "account_login",
        "AUTHENTICATION_BACKENDS": ["allauth.account.auth_backends.AuthenticationBackend"],
        "ACCOUNT_ADAPTER": "accounts.signin.AccountAdapter",
        "ACCOUNT_LOGIN_METHODS": {"username"},
        "ACCOUNT_SIGNUP_FIELDS": ["username*", "password1*"],
        "ACCOUNT_EMAIL_VERIFICATION": "none",
        "ACCOUNT_SESSION_REMEMBER": False,
        "ACCOUNT_REAUTHENTICATION_REQUIRED": True,
        "ACCOUNT_REAUTHENTICATION_TIMEOUT": 300,  # seconds
        "ACCOUNT_RATE_LIMITS": {
            # accounts/lockout.py counts passwords; the library, codes of one who knows it.
            "login": None,
            "login_failed": "5/15m/key",
        },
    }


def _single_sign_on() -> dict[str, Any]:
    """OpenID Connect, if ``OIDC_ISSUER`` names an identity provider."""
    issuer = env.str("OIDC_ISSUER", default="")
    app = {
        "provider_id": SSO,
        "name": env.str("OIDC_NAME", default="Single sign-on"),
        "client_id": env.str("OIDC_CLIENT_ID", default=""),
        "secret": env.str("OIDC_CLIENT_SECRET", default=""),
        "settings": {"server_url": issuer.rstrip("/")},
    }
    return {
        "OIDC_ISSUER": issuer,
        "OIDC_USERNAME_CLAIM": env.str("OIDC_USERNAME_CLAIM", default="preferred_username"),
        "OIDC_ENFORCES_SECOND_FACTOR": env.bool("OIDC_ENFORCES_SECOND_FACTOR", default=False),
        "SOCIALACCOUNT_ADAPTER": "accounts.signin_sso.SsoAdapter",
        "SOCIALACCOUNT_EMAIL_VERIFICATION": "none",
        # The button is a link; state and PKCE protect what comes back, and nothing can be
        # connected this way (accounts/signin_sso.py).
        "SOCIALACCOUNT_LOGIN_ON_GET": True,
        "SOCIALACCOUNT_STORE_TOKENS": False,
        "SOCIALACCOUNT_OPENID_CONNECT_URL_PREFIX": "oidc",
        "SOCIALACCOUNT_PROVIDERS": {
            "openid_connect": {"OAUTH_PKCE_ENABLED": True, "APPS": [app] if issuer else []}
        },
    }
