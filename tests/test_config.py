"""What the environment says is read as it is meant, and what looks like a key never shows."""

from pathlib import Path

import pytest

from swarm.config import LIBRARY, read_settings
from swarm.errors import BadInput

KEYS = (
    "OPENAI_API_KEY", "MY_KEYS", "acme_apikey", "HF_TOKEN", "Client_Secret", "AWS_CREDENTIALS", "DB_PASSWORD",
    "PASSWD", "GPG_PASSPHRASE", "KEY",
)  # fmt: skip
NO_KEYS = ("MONKEY", "KEYBOARD_LAYOUT", "TOKENIZERS_PARALLELISM", "HOME", "SECRETARY")


@pytest.mark.parametrize("name", KEYS)
def test_a_variable_named_like_a_key_is_a_secret(name: str):
    assert read_settings({name: "  sk-1 "}).secret_values() == ("sk-1",)


@pytest.mark.parametrize("name", NO_KEYS)
def test_a_variable_named_otherwise_is_none_unless_a_model_says_so(name: str):
    settings = read_settings({name: "plain"})
    assert settings.secret_values() == ()
    assert settings.secret_values((name,)) == ("plain",)


@pytest.mark.parametrize("said", ["0", "-1", "nan", "inf", "-inf", "much", "1,5", "0.0"])
def test_a_limit_of_the_day_that_is_none_is_refused(said: str):
    with pytest.raises(BadInput, match=r"ROLELESS_MAX_USD_PER_DAY is .*give dollars above 0"):
        _ = read_settings({"ROLELESS_MAX_USD_PER_DAY": said}).max_usd_per_day


@pytest.mark.parametrize(("said", "limit"), [("", None), ("  ", None), (" 2.5 ", 2.5), ("1e-3", 0.001)])
def test_a_limit_of_the_day_is_in_dollars(said: str, limit: float | None):
    assert read_settings({"ROLELESS_MAX_USD_PER_DAY": said}).max_usd_per_day == limit


def test_everything_lies_in_the_data_folder():
    settings = read_settings({"ROLELESS_DATA": " ~/there ", "ROLELESS_TOKEN": " t ", "EMPTY_KEY": " "})
    there = Path("~/there").expanduser()
    assert (settings.data, settings.journal) == (there, there / "journal")
    assert settings.history == there / "roleless.duckdb"
    assert settings.mission_folders == (LIBRARY / "missions", there / "missions")
    assert (settings.serve_token, settings.has_key("EMPTY_KEY")) == ("t", False)
    assert read_settings({}).data == LIBRARY
    assert read_settings({}).mission_folders == (LIBRARY / "missions",)
