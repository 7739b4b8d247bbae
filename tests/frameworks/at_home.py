"""Starts the main.py of each folder, in the environment of its framework, and prints what became of it, a line each."""

import contextlib
import io
import json
import os
import runpy
import sys
from pathlib import Path


def start(folder: Path, inputs: list[str]) -> dict[str, str]:
    """What main.py printed, or why it failed."""
    out = io.StringIO()
    os.chdir(folder)
    os.environ["OPENAI_API_KEY"] = folder.name  # the model on loopback knows by it who asks
    sys.path.insert(0, str(folder))
    sys.argv = ["main.py", *inputs]
    try:
        with contextlib.redirect_stdout(out):
            runpy.run_path("main.py", run_name="__main__")
    except BaseException as error:  # noqa: BLE001 - whatever it is, it is what the user would see
        return {"folder": folder.name, "failed": f"{type(error).__name__}: {error}"}
    finally:
        sys.path.remove(str(folder))
        sys.modules.pop("crew", None)
    return {"folder": folder.name, "printed": out.getvalue()}


def main() -> None:
    """Read a table of folders and inputs, and start them one after another."""
    for folder, inputs in json.loads(sys.stdin.read()).items():
        sys.stderr.write(f"{folder}\n")
        print(json.dumps(start(Path(folder), inputs)), file=sys.__stdout__, flush=True)


if __name__ == "__main__":
    main()
