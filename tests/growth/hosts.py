#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""hosts.py SHAPE N: on stdout what N hosts tell of their states, as JSON."""
import json
import sys

STATES = 4


def state(host, number, version):
    return {"event": "state", "host": f"host{host}", "time": "2026-11-22T10:00:00Z", "boot_ns": 9, "patch": "p",
            "state": number, "from_version": None, "to_version": version, "to_patch": "p"}


def installed(host, first, n):
    states = [{"state": first + i, "version": 1, "patch": "p"} for i in range(n)]
    return {"KLPSCOPE_EVENT": "installed", "_HOSTNAME": f"host{host}",
            "KLPSCOPE_JSON": json.dumps({"event": "installed", "time": "2026-11-22T10:00:00Z", "states": states})}


SHAPES = {
    # The same states, of a version each.
    "same": lambda host: [state(host, i, host) for i in range(STATES)],
    # States that no other host has.
    "distinct": lambda host: [state(host, host * STATES + i, 1) for i in range(STATES)],
    # 64 states each, the same.
    "installed": lambda host: [installed(host, 1, 64)],
    # All that is installed, and no other host has any of it.
    "apart": lambda host: [installed(host, host * STATES, STATES)],
}

for number in range(int(sys.argv[2])):
    for line in SHAPES[sys.argv[1]](number):
        print(json.dumps(line))
