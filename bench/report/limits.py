# SPDX-License-Identifier: LGPL-2.1-or-later
"""The table of shared things: from where on more processors do not help."""

from charts import short
from results import value
from scale import Visit

COLUMNS = ("operation", "shared", "by", "for each", "ns held", "at most, millions a second")


def meaning(row, known):
    """What the lock is, who shares it, and how many there are of it."""
    for name, what, by, count in known:
        if name == row["name"]:
            return what, by, int(count)
    return f"`{row['name']}`", "all threads" if row["of all"] == "yes" else "the users of an object", 1


def rows(results, known):
    table = results.table("scaling")
    answer = []
    for operation in [row for row in table if "operation" in row]:
        name = operation["operation"]
        owner = Visit("owner", value(operation["owner ns"]), 1)
        answer.append((f"`{name}`", "the thread that runs it", "its users", "1", operation["owner ns"],
                       short(owner.limit() / 1e6)))
        for row in [row for row in table if row.get("lock of") == name]:
            what, by, count = meaning(row, known)
            visit = Visit("lock", max(value(row["ns held"]), 0), 2, value(row["for each"]))
            answer.append(("", what, by, row["for each"], row["ns held"], short(count * visit.limit() / 1e6)))
    return answer
