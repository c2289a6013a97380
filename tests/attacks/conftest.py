"""At the call desk, as tests/desk has it: here somebody tries what no page of ours offers."""

from tests.desk.conftest import (  # noqa: F401  (fixtures)
    call,
    clock,
    customer,
    desk,
    edit,
    known,
    post,
)
