"""What the environment may say of the gateways for text and voice messages."""

import pytest
from django.core.exceptions import ImproperlyConfigured

from config.gateways import gateway


def test_none_is_set_up_unless_it_is_named(monkeypatch):
    monkeypatch.delenv("TEXT_GATEWAY_URL", raising=False)
    assert gateway("TEXT", production=True) is None


@pytest.mark.parametrize("url", ["http://gateway.example/", "console:", "ftp://x/", "https://"])
def test_production_sends_only_by_https(monkeypatch, url):
    monkeypatch.setenv("TEXT_GATEWAY_URL", url)
    with pytest.raises(ImproperlyConfigured, match="TEXT_GATEWAY_URL"):
        gateway("TEXT", production=True)


@pytest.mark.parametrize("headers", ["secret", "[1]", '{"a": 1}'])
def test_headers_and_body_are_objects_of_texts(monkeypatch, headers):
    monkeypatch.setenv("VOICE_GATEWAY_URL", "https://gateway.example/calls")
    monkeypatch.setenv("VOICE_GATEWAY_HEADERS", headers)
    with pytest.raises(ImproperlyConfigured, match="VOICE_GATEWAY_HEADERS"):
        gateway("VOICE", production=True)


def test_the_key_may_be_in_a_file(monkeypatch, tmp_path):
    (tmp_path / "key").write_text('{"Authorization": "Bearer 1"}')
    monkeypatch.setenv("VOICE_GATEWAY_URL", "https://gateway.example/calls")
    monkeypatch.setenv("VOICE_GATEWAY_HEADERS_FILE", str(tmp_path / "key"))
    found = gateway("VOICE", production=True)
    assert found is not None
    assert found["headers"] == {"Authorization": "Bearer 1"}
