"""What a mind's chance is drawn by: what it is asked, in the words in which the minds were fitted.

How an answer is to be written changes now and then, and says nothing of the work. Were chance drawn by those words,
too, every change of them would play every simulated run anew.
"""

import re

_FORM = re.compile(r"^Answer: an object with the keys .*$", re.MULTILINE)
_SHORTER = re.compile(r"^Your reply was cut off at .*$", re.MULTILINE)
_FITTED = {
    '"assignments"': (
        'Answer: {"reason": "the idea of your plan, one sentence", "plan": "how the work is divided, a few '
        'sentences", "assignments": [{"agent": 2, "role": "…", "job": "what to deliver, with requirement '
        'numbers"}]}'
    ),
    "announce your intention": (
        'Answer: {"role": "the role you intend to take", "participate": true or false, "reason": "why", '
        '"contribution": "one sentence: what you intend to deliver, with requirement numbers", "builds_on": '
        '[], "reports_to": null}'
    ),
    "the contribution above is your own": (
        'Answer: {"role": "your role", "participate": true or false, "reason": "what you improved, or why '
        'nothing, one sentence", "contribution": "the whole contribution, improved", "builds_on": [], '
        '"reports_to": null}'
    ),
    "": (
        'Answer: {"role": "your role", "participate": true or false, "reason": "why you contribute this, or '
        'why you abstain, one sentence", "contribution": "your part of the deliverable, empty if you '
        'abstain", "builds_on": [numbers of agents above whose work you used], "reports_to": number of the '
        "agent above whose lead you follow, or null}"
    ),
}
"""How the last lines ended when the minds were fitted, by what else they say."""
_FITTED_SHORTER = (
    "Your reply could not be read: the reply is cut off: it reached the limit of output tokens. Answer again with "
    "exactly one JSON object of the form asked for, complete, with nothing before or after it."
)


def as_fitted(text: str) -> str:
    """The whole of what a mind is asked, with the form of the answer in the words of then."""
    body, rule, last = text.rpartition("\n---\n")
    form = next(form for mark, form in _FITTED.items() if mark in last)
    last = _SHORTER.sub(_FITTED_SHORTER, last)
    return f"{body}{rule}{_FORM.sub(lambda _: form, last)}"
