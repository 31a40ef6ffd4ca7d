"""The loop of the Python clients: a request a line on stdin, an answer a line on stdout."""

import base64
import json
import sys
import traceback


def emit(message):
    sys.stdout.write(json.dumps(message) + "\n")
    sys.stdout.flush()


def decode(text):
    return None if text is None else base64.b64decode(text)


def encode(data):
    return None if data is None else base64.b64encode(bytes(data)).decode()


def serve(hello, operations):
    """Answers each request by the operation it names."""
    emit({"hello": hello})
    for line in sys.stdin:
        request = json.loads(line)
        try:
            emit({"id": request["id"], "ok": operations[request["op"]](request)})
        except Exception as error:  # whatever the client raises is the answer
            emit({"id": request["id"], "error": repr(error), "stack": traceback.format_exc()})
