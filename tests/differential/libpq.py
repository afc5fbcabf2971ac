"""Reads connection strings as libpq does: one JSON string a line on stdin, one JSON answer a line on stdout.

psycopg's binary package brings a libpq of its own; PQconninfoParse is called through it.
"""

import json
import sys

from psycopg import OperationalError, pq
from psycopg.pq import Conninfo

print(json.dumps({"oracle": f"libpq {pq.version() // 10000}.{pq.version() % 10000}"}), flush=True)
for line in sys.stdin:
    text = json.loads(line)
    try:
        options = Conninfo.parse(text.encode())
    except OperationalError as error:
        print(json.dumps({"error": str(error).strip()}))
        continue
    print(
        json.dumps(
            {
                "options": {
                    option.keyword.decode(): option.val.decode(errors="replace")
                    for option in options
                    if option.val is not None
                }
            }
        )
    )
sys.stdout.flush()
