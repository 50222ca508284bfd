"""What schemathesis can't know about the HTTP API."""

import itertools

import schemathesis

NUMBERS = itertools.count(1)


@schemathesis.hook
def before_call(context, case, kwargs):
    """Uses no idempotency key twice: the second request with another body is refused, as it should be."""
    key = (case.headers or {}).get("Idempotency-Key")
    if key and case.meta.generation.mode.is_positive:
        case.headers["Idempotency-Key"] = f"key-{next(NUMBERS)}"
