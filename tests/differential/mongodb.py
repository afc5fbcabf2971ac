"""Reads connection strings as pymongo does: one JSON string a line on stdin, one JSON answer a line on stdout.

No DNS: a mongodb+srv URL is given the host `resolved.example.com` and no TXT record, so that what the text itself says is
compared and nothing else.
"""

import json
import sys
import warnings

import pymongo
from pymongo import common
from pymongo.errors import PyMongoError
from pymongo.synchronous import srv_resolver, uri_parser

print(json.dumps({"oracle": f"pymongo {pymongo.version}"}), flush=True)


def hosts(self):
    return [("resolved.example.com", 27017)]


# Whether a file is there is not for a parser to say.
for table in [value for value in vars(common).values() if isinstance(value, dict)]:
    for option, validator in table.items():
        if validator is common.validate_readable:
            table[option] = common.validate_string
srv_resolver._SrvResolver.get_hosts = hosts
srv_resolver._SrvResolver.get_options = lambda self: None


def plain(value):
    if isinstance(value, (bool, int, float, str)) or value is None:
        return value
    if isinstance(value, dict):
        return {str(key): plain(inner) for key, inner in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(inner) for inner in value]
    return str(value)


for line in sys.stdin:
    text = json.loads(line)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            parsed = uri_parser.parse_uri(text, validate=True, warn=True, normalize=False)
        except (PyMongoError, ValueError, TypeError, KeyError, IndexError, AttributeError) as error:
            print(json.dumps({"error": f"{type(error).__name__}: {error}"}))
            continue
    database = parsed["database"]
    if parsed["collection"] is not None:
        database = f"{database}.{parsed['collection']}"
    print(
        json.dumps(
            {
                "hosts": parsed["nodelist"],
                "user": parsed["username"],
                "password": parsed["password"],
                "database": database,
                "options": {key.lower(): plain(value) for key, value in parsed["options"].items()},
                "fqdn": parsed["fqdn"],
                "warnings": [str(warning.message) for warning in caught],
            }
        )
    )
sys.stdout.flush()
