"""The command line as a test calls it: in this process, or through a pipe as a program does."""

import os
import subprocess
import sys
from pathlib import Path

from click.testing import CliRunner, Result

from addin.cli import application

ROOT = Path(__file__).parents[2]


def huikuan(*arguments: object) -> Result:
    result = CliRunner().invoke(application, [str(each) for each in arguments])
    assert "Traceback" not in result.output
    return result


def pipe(*arguments: object, **environment: str) -> subprocess.CompletedProcess[bytes]:
    base = {"PATH": os.environ["PATH"], "HUIKUAN_HOME": os.environ["HUIKUAN_HOME"]}
    command = [sys.executable, "-m", "addin.cli", *map(str, arguments)]
    return subprocess.run(
        command, capture_output=True, cwd=ROOT, env={**base, **environment}, check=False
    )
