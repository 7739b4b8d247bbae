"""A list or an object is written out as the text that it stands for.

Models give a contribution as a list of steps or as an object of headings; a person reads either.
"""

from typing import Any, cast


def written_out(value: Any) -> str:
    r"""Write a JSON value as plain text, an item a line.

    Args:
        value: of any depth that the JSON reader admits.

    Examples:
        >>> written_out({"Site": "the hall", "Steps": ["rent it", "clean it"]})
        'Site: the hall\nSteps:\n- rent it\n- clean it'
    """
    if isinstance(value, str):
        return value
    if isinstance(value, list):
        return _listed(cast("list[Any]", value))
    if isinstance(value, dict):
        lines = (_headed(str(name), inside) for name, inside in cast("dict[str, Any]", value).items())
        return "\n".join(lines)
    return str(value).lower() if isinstance(value, bool) else str(value)


def _listed(items: list[Any]) -> str:
    texts = [written_out(item) for item in items if item is not None]
    if len(texts) < 2 or any("\n\n" in text for text in texts):
        return "\n\n".join(texts)
    return "\n".join(f"- {text}" for text in texts)


def _headed(name: str, value: Any) -> str:
    text = "" if value is None else written_out(value)
    return f"{name}:\n{text}" if isinstance(value, list | dict) and text else f"{name}: {text}"
