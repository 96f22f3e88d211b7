# SPDX-License-Identifier: LGPL-2.1-or-later
"""A part of a caller is touched by its own wing only, and so is a pending, with its extras."""

import re

from house import ORDER, PARTS
from syntax import Use

# Neither parts nor extras: the two owners themselves, and what is queued in a mailbox.
COMMON = ("LodgerCaller", "LodgerPending", "LodgerItem")


def parts(house, facts):
    """The structs that are members of a caller, or that these members point to."""
    caller = facts.struct("LodgerCaller")
    found = []
    for field in caller.fields if caller else ():
        struct = facts.of_type(field.type)
        if struct and struct.name not in COMMON and struct not in found:
            found.append(struct)
    return found


def extras(house, facts):
    """What a pending reaches through its members and through structs of its own wing, and each struct that begins with
    one of these. The lowest wing has tools only, and no extras."""
    pending = facts.struct("LodgerPending")

    def may_be(struct):
        wing = house.wing(struct.file)
        is_tool = wing in (None, house.wings[0])
        return struct.file.endswith(".h") and not is_tool and struct.name not in COMMON and struct not in found

    def begins_with_one(struct):
        first = struct.fields[0].type if struct.fields else "*"
        return "*" not in first and facts.of_type(first) in found

    found = []
    reached = {pending} if pending else set()
    while reached:
        new = {struct for struct in reached if struct is not pending and may_be(struct)}
        found += new
        own = {struct for struct in new | {pending} if house.wing(struct.file) == house.wing(pending.file)}
        reached = {facts.of_type(field.type) for struct in own for field in struct.fields} - {None}
        reached |= {struct for struct in facts.structs if begins_with_one(struct)}
        reached = {struct for struct in reached if may_be(struct)}
    return found


def offsets(house):
    for name in house.files:
        for number, line in enumerate(house.code(name), 1):
            for match in re.finditer(r"\boffsetof *\( *(?:struct +)?(\w+) *, *(\w+)", line):
                yield Use(name, number, match.group(1), match.group(2))


def check(house, facts):
    caller, pending = facts.struct("LodgerCaller"), facts.struct("LodgerPending")
    if caller is None or caller.file != PARTS:
        house.fail(PARTS, 0, "does not define struct LodgerCaller")
    if pending is None or house.wing(pending.file) != "pending":
        place = pending.file if pending else ORDER
        house.fail(place, pending.line if pending else 0, "struct LodgerPending is not defined in the wing pending")

    owners = {}  # (struct, member or ""): its wing, what it is called
    shared = set()  # structs that may be shared
    for part in parts(house, facts):
        owners[part.name, ""] = (house.wing(part.file), "a part")
    for extra in extras(house, facts):
        owners.setdefault((extra.name, ""), (house.wing(extra.file), "an extra of a pending"))
        shared.add(extra.name)
    if pending:
        owners["LodgerPending", ""] = (house.wing(pending.file), "the pending")
        shared.add("LodgerPending")
    for field in caller.fields if caller else ():
        part = facts.of_type(field.type)
        if part and (part.name, "") in owners and part.name not in COMMON:
            owners["LodgerCaller", field.name] = (house.wing(part.file), "a part")

    outside = 0
    for use in sorted(facts.uses | set(offsets(house))):
        owner, what = owners.get((use.struct, use.member)) or owners.get((use.struct, "")) or (None, "")
        wing = house.wing(use.file)
        if owner is None or owner == wing:
            continue
        share = next((share for share in house.shares if share.covers(use.struct, use.member, wing)), None)
        if share and use.struct in shared:
            share.uses += 1
            continue
        outside += 1
        touched = f"initialises {use.struct}" if use.member == "{}" else f"touches {use.struct}.{use.member}"
        house.fail(use.file, use.line, f"{f'wing {wing}' if wing else 'no wing'} {touched}, {what} of wing {owner}")

    for share in house.shares:
        member = f"{share.struct}.{share.member}" if share.member else share.struct
        if share.struct not in shared:
            house.fail(ORDER, share.line, f"{share.struct} cannot be shared: it is neither LodgerPending nor its extra")
        elif not share.uses:
            house.fail(ORDER, share.line, f"{member} is shared, but none of these wings touches it")
        house.notes.append(f"{member} is shared with {' '.join(share.wings)} ({share.uses} uses): {share.reason}")
    return [f"members touched outside {outside}"]
