"""The management commands, as somebody meets them who asks what they are."""

import pytest
from django.core.management import call_command, get_commands

OURS = {"booking", "flexclinic"}


@pytest.mark.parametrize("command", sorted(name for name, app in get_commands().items() if app in OURS))
def test_every_command_of_ours_explains_itself(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        call_command(command, "--help")
    assert ended.value.code == 0
    assert command in capsys.readouterr().out
