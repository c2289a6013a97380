"""A ZIP file that leaves while it is being written, so that no part of it waits in memory. Pure."""

import io


class Pipe(io.RawIOBase):
    """What a ZIP file is written to: keeps what was written until it is taken."""

    def __init__(self) -> None:
        self.waiting = bytearray()

    def writable(self) -> bool:
        return True

    def write(self, data: "bytes | bytearray | memoryview") -> int:  # type: ignore[override]
        self.waiting += data
        return len(data)

    def take(self) -> bytes:
        """What was written since it was last taken."""
        taken = bytes(self.waiting)
        self.waiting.clear()
        return taken
