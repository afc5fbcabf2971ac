"""How many connection strings a second pymongo parses: parse_uri on each line of a file, for a time."""

import sys
import time
import warnings

from pymongo.uri_parser import parse_uri

warnings.simplefilter("ignore")
lines = open(sys.argv[1]).read().splitlines()
seconds = float(sys.argv[2])
parsed = refused = 0
start = time.monotonic()
while time.monotonic() - start < seconds:
    for line in lines:
        try:
            parse_uri(line)
        except Exception:
            refused += 1
        parsed += 1
print(f"{parsed / (time.monotonic() - start):.0f} {refused}")
