"""Postfix and Dovecot as a carrier runs them, in a folder and on ports of their own."""

import os
import pwd
import shutil
import subprocess
from pathlib import Path

from tests import running

POSTFIX, DOVECOT = "/usr/sbin/postfix", "/usr/sbin/dovecot"
PASSWORD = "a-mailbox-of-its-own"
OWNER = "mail"  # of the mailboxes: neither server delivers as root

MAIN = """\
compatibility_level = 3.6
queue_directory = {folder}/queue
data_directory = {folder}/data
command_directory = /usr/sbin
daemon_directory = /usr/lib/postfix/sbin
mail_owner = postfix
setgid_group = postdrop
maillog_file = {folder}/mail.log
maillog_file_prefixes = {folder}
myhostname = mx.wasatch.example
mydestination =
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
mynetworks = 127.0.0.0/8
disable_dns_lookups = yes
recipient_delimiter = +
virtual_mailbox_domains = wasatch.example, mail.example
virtual_mailbox_base = {folder}/mail
virtual_mailbox_maps = texthash:{folder}/mailboxes
virtual_uid_maps = static:{uid}
virtual_gid_maps = static:{gid}
virtual_minimum_uid = 1
transport_maps = texthash:{folder}/transport
# Who is not there is found out after the message was taken, as by a server further on.
smtpd_reject_unlisted_recipient = no
"""
MASTER = """\
127.0.0.1:{port} inet n - n - - smtpd
pickup unix n - n 60 1 pickup
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
verify unix - - n - 1 verify
proxymap unix - - n - - proxymap
smtp unix - - n - - smtp
error unix - - n - - error
retry unix - - n - - error
discard unix - - n - - discard
virtual unix - n n - - virtual
anvil unix - - n - 1 anvil
scache unix - - n - 1 scache
postlog unix-dgram n - n - 1 postlogd
"""
DOVECOT_CONF = """\
base_dir = {folder}/run
state_dir = {folder}/state
log_path = {folder}/dovecot.log
protocols = imap
listen = 127.0.0.1
ssl = no
disable_plaintext_auth = no
mail_location = maildir:{folder}/mail/%n
first_valid_uid = 1
service imap-login {{
  inet_listener imap {{
    port = {imap}
  }}
  inet_listener imaps {{
    port = 0
  }}
}}
passdb {{
  driver = static
  args = password={password}
}}
userdb {{
  driver = static
  args = uid={uid} gid={gid} home={folder}/mail/%n
}}
"""


def why_not() -> str:
    """Why they cannot run here; nothing when they can."""
    missing = [name for name in (POSTFIX, DOVECOT) if not shutil.which(name)]
    if missing:
        return f"{' and '.join(missing)} not installed"
    return "" if os.getuid() == 0 else "Postfix is started by root only"


class MailServers:
    """``ann``, ``bounces`` and whoever else is named have mailboxes; ``full`` has a full one."""

    def __init__(self, folder: Path, *names: str) -> None:
        self.folder, self.smtp, self.imap = folder, running.free_port(), running.free_port()
        owner = pwd.getpwnam(OWNER)
        for inner in ("queue", "data", "mail", "run", "state", "etc"):
            (folder / inner).mkdir()
        folder.chmod(0o755)  # the servers run as users of their own
        shutil.chown(folder / "data", "postfix")
        shutil.chown(folder / "mail", OWNER, owner.pw_gid)
        boxes = [f"{name}@mail.example {name}/\n" for name in (*names, "full")]
        (folder / "mailboxes").write_text("bounces@wasatch.example bounces/\n" + "".join(boxes))
        (folder / "transport").write_text("full@mail.example error:5.2.2 Mailbox full\n")
        said = {
            "folder": folder,
            "port": self.smtp,
            "imap": self.imap,
            "uid": owner.pw_uid,
            "gid": owner.pw_gid,
            "password": PASSWORD,
        }
        (folder / "etc" / "main.cf").write_text(MAIN.format(**said))
        (folder / "etc" / "master.cf").write_text(MASTER.format(**said))
        (folder / "dovecot.conf").write_text(DOVECOT_CONF.format(**said))

    def __enter__(self) -> "MailServers":
        try:
            self._postfix("start")
            self._dovecot()
            running.wait_until(lambda: running.listens(self.smtp), "Postfix listens")
            running.wait_until(lambda: running.listens(self.imap), "Dovecot listens")
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self._postfix("stop")
        self._dovecot("stop")

    def mail(self, name: str) -> list[bytes]:
        """What lies in a mailbox and nobody has read."""
        new = self.folder / "mail" / name / "new"
        return [file.read_bytes() for file in sorted(new.glob("*"))] if new.exists() else []

    def mailbox(self, name: str) -> dict[str, object]:
        """A mailbox as the setting ``MAILBOX`` names it."""
        return {
            "scheme": "imap",
            "host": "127.0.0.1",
            "port": self.imap,
            "user": name,
            "password": PASSWORD,
            "folder": "INBOX",
        }

    def _postfix(self, order: str) -> None:
        self._run(POSTFIX, "-c", str(self.folder / "etc"), order)

    def _dovecot(self, *order: str) -> None:
        self._run(DOVECOT, "-c", str(self.folder / "dovecot.conf"), *order)

    def _run(self, *command: str) -> None:
        # Into a file: what they leave running keeps a pipe open.
        said = self.folder / "said.txt"
        with said.open("ab") as into:
            code = subprocess.run(
                command, stdout=into, stderr=into, timeout=60, check=False
            ).returncode
        assert code == 0, said.read_text()
