"""What the Python members of a group have in common: they tell on stdout, a JSON line each, what they own and what they have worked on, with the time of
the machine's monotonic clock, which is one for all processes."""

import json
import signal
import sys
import time

# argv: address, settings as JSON.
ADDRESS = sys.argv[1]
SETTINGS = json.loads(sys.argv[2])

_leaving = False


def tell(**event):
    event["atMs"] = time.monotonic_ns() / 1_000_000
    sys.stdout.write(json.dumps(event) + "\n")
    sys.stdout.flush()


def is_leaving():
    return _leaving


def _leave(_signal, _frame):
    global _leaving
    _leaving = True


signal.signal(signal.SIGTERM, _leave)
