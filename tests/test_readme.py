"""What README tells users to type works."""

import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
from typer.main import get_command

from earmark.cli import app
from earmark.formats import get_format

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text("utf-8")


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", README, re.DOTALL | re.MULTILINE)


def commands() -> list[str]:
    """All lines and code spans that call earmark; an option by itself is one of ``detect``."""
    prose = re.sub(r"^```.*?^```$", "", README, flags=re.DOTALL | re.MULTILINE)
    spans = [span.replace(r"\|", "|") for span in re.findall(r"`([^`\n]+)`", prose)]
    lines = [line for block in blocks("sh") for line in block.splitlines()]
    return [
        f"earmark detect song.mp3 {part}" if part.startswith("--") else part
        for text in lines + spans
        for part in map(str.strip, text.split("|"))
        if part.startswith(("earmark ", "--"))
    ]


def test_all_kinds_are_found() -> None:
    assert "earmark detect - --format jsonl" in commands()  # after a pipe
    assert "earmark detect song.mp3 --overwrite" in commands()  # in prose
    assert any("# prints" in command for command in commands())  # in a block
    assert {command.split()[1] for command in commands()} >= {"evaluate", "gaps", "merge", "train"}


@pytest.mark.parametrize("command", commands())
def test_commands_parse(command: str) -> None:
    _, name, *words = shlex.split(command, comments=True)
    context = get_command(app).commands[name].make_context(name, words)
    given = context.params.get("formats") or []
    for form in ",".join(given).split(",") if given else []:
        get_format(form)


def test_python_runs() -> None:
    (code,) = blocks("python")
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 0, done.stderr
    assert re.fullmatch(r"\[.*\] \(\d+, 1\)\n", done.stdout), done.stdout
