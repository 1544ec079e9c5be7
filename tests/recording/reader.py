#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Reads a recording by man/klpscope.data.5 alone; prints as JSON the events that are one record or one walk each, and refused
writes.
Usage: reader.py FILE. Exits with 3 if something is torn or damaged."""
import json
import sys
import zlib
from datetime import datetime, timezone
from struct import iter_unpack, unpack_from

SYNC = b"KLP\x01"
ACTIONS = [None, "start", "retry", "reverse", "force", "cancel"]
TARGETS = {1: "patched", 0: "unpatched", -1: None}
damaged = False


def text(data):
    return data.split(b"\0")[0].decode(errors="replace")


def frames(data):
    """Whole frames as type and payload; what is none is said, and passed over."""
    global damaged
    at, kind = 0, None
    while at < len(data):
        if data[at:at + 4] == SYNC and at + 16 <= len(data):
            crc, kind, length = unpack_from("<IHH", data, at + 4)
            end = at + 16 + (length + 7) // 8 * 8
            if end <= len(data) and zlib.crc32(data[at + 8:end]) == crc:
                yield kind, data[at + 16:at + 16 + length]
                at = end
                continue
        damaged, at = True, data.find(SYNC, at + 1) % (len(data) + 1)
        print(f"no frame up to {at}", file=sys.stderr)
    damaged = damaged or kind != 3


def walked(rec, patches):
    """The event that a walk is, its end being there; rec is the record that began it."""
    kind, _, goal, canceled, tries, _, address, start = unpack_from("<BBbBIQQQ", rec, 48)
    if kind == 1:
        return {"event": "enable", **patches[0]}
    return None if kind != 3 or canceled else {
            "event": "transition", "patch": next((p["patch"] for p in patches if p["address"] == address), None),
            "action": "complete", "target": TARGETS[goal], "tries": tries,
            "duration_ns": unpack_from("<Q", rec, 8)[0] - start if start else None}


def error_of(rec):
    """Of a refused attempt; None: not known."""
    init, stages, obj, patch, klp, ended = unpack_from("<iIiiBB", rec, 56)
    if not ended:
        return min(init, 0) or None
    if not stages & 1:
        return -22 if klp in (0, 3) else None
    if not stages & 2:
        return -22
    for bit, ret in ((8, obj), (32, patch)):
        if stages & bit and ret < 0:
            return ret
    return -16 if stages & 4 and not stages & 16 else None


def written(rec, lost):
    """The refusal of a write that nothing came of, a record of type 15; lost: records by then."""
    file, length, what = rec[56], unpack_from("<I", rec, 60)[0], rec[64:72]
    what = what[:length].split(b"\0")[0].decode(errors="replace").lower()
    off = what[:1] in ("0", "n", "f") or what[:2] == "of"
    if lost != unpack_from("<Q", rec, 72)[0] or (file == 2 and off):
        return None
    return {"event": "refused", "patch": text(rec[80:136]), "action": "disable" if file == 1 and off else "write"}


def asked(tag, rec):
    """The refusals of writes that a record decides, each with the record that it is of."""
    found, tid = [], unpack_from("<I", rec, 20)[0] if tag != 73 else None
    if tag in (15, 73):
        before, lost = unpack_from("<Q", rec, 8)[0], unpack_from("<Q", rec, 72 if tag == 15 else 16)[0]
        for other in [t for t in writes if t == tid or tag == 73]:
            if tag == 15 or unpack_from("<Q", writes[other], 8)[0] < before:
                write = writes.pop(other)
                found.append((written(write, lost), write))
    if tag == 15:
        writes[tid] = rec
    if tag == 8 and rec[48] in (3, 4, 6):
        writes.pop(tid, None)
    return found


def record(tag, rec):
    """The event that one record is."""
    if tag == 7 and not rec[60] & 128:
        return {"event": "refused", "patch": text(rec[80:136]), "action": "enable", "error": error_of(rec)}
    if tag == 7 and unpack_from("<i", rec, 56)[0] < 0:
        return {"event": "init_failed", "patch": text(rec[80:136]), "error": unpack_from("<i", rec, 56)[0]}
    if tag == 8:
        action, goal, joined, tries = unpack_from("<BbBxI", rec, 48)
        event = {"event": "transition", "action": ACTIONS[action], "target": TARGETS[goal], "tries": tries} if action < 6 else {}
        if joined and action < 6:
            event["tries_partial"] = True
        return {"event": "disable", **event, "patch": text(rec[64:120])}
    if tag == 10:
        state, version, kind, found = unpack_from("<QIBB", rec, 56)
        return {"event": "lookup", "patch": text(rec[80:136]), "state": state, "version": version if found else None,
                "function": [None, "klp_get_prev_state", "klp_get_state"][kind], "caller": text(rec[192:320])}
    if tag == 11:
        return {"event": "freed", "patch": text(rec[56:112])}
    if tag == 14:
        tasks, left, cost, _, tries, goal, _, joined = unpack_from("<QQQIIbBB", rec, 64)
        return {**({"tries_partial": True} if joined else {}), "event": "progress", "patch": text(rec[104:160]), "target": TARGETS[goal], "tries": tries, "tasks": tasks,
                "remaining": left, "cost_ns": cost, "pid": None, "tid": None, "uid": None, "comm": None}
    if tag == 65:
        return {"event": "lost", **dict(zip(("records", "attempts", "lookups", "missed"), unpack_from("<4Q", rec, 16)))}
    if tag == 66:
        state, count = unpack_from("<QQ", rec, 16)
        return {"event": "lookup_count", "patch": text(rec[40:96]), "state": state, "count": count, "caller": text(rec[96:224])}


def show(event, rec):
    boot, pid, tid, uid = unpack_from("<QIII", rec, 8)
    task = {} if event["event"] in ("lost", "lookup_count") else {"pid": pid, "tid": tid, "uid": uid, "comm": text(rec[32:48])}
    time = f"{datetime.fromtimestamp((boot + offset) // 10**9, timezone.utc):%Y-%m-%dT%H:%M:%S}.{(boot + offset) % 10**9:09}Z"
    print(json.dumps({"time": time, "boot_ns": boot, **task, **event}))


walks, writes, offset = {}, {}, 0
for kind, rec in frames(open(sys.argv[1], "rb").read()):
    tag, _, walk = unpack_from("<HHI", rec) if kind == 2 else (0, 0, 0)
    event, (begin, patches) = None, walks.get(walk, (None, [{}]))
    if tag == 1:
        walks[walk] = rec, []
    elif tag == 2 and begin:
        patches.append({"address": unpack_from("<Q", rec, 8)[0], "replace": bool(rec[20]), "patch": text(rec[24:]), "states": [], "objects": []})
    elif tag == 3 and begin:
        patches[-1]["states"] += [{"id": high << 32 | low, "version": v} for low, high, v in iter_unpack("<III", rec[16:])]
    elif tag == 4 and begin:
        patches[-1]["objects"].append({"name": text(rec[16:72]) or "vmlinux", "funcs": []})
    elif tag == 5 and begin:
        patches[-1]["objects"][-1]["funcs"].append(text(rec[24:]))
    elif tag == 6 and begin:
        event, rec = walked(*walks.pop(walk)), begin
    elif tag == 64:
        offset = unpack_from("<Q", rec, 16)[0] - unpack_from("<Q", rec, 8)[0]
    else:
        event = record(tag, rec)
    if event:
        show(event, rec)
    if tag in (8, 15, 73):
        for event, write in asked(tag, rec):
            if event:
                show(event, write)
sys.exit(3 if damaged else 0)
