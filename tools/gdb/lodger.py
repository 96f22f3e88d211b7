# SPDX-License-Identifier: LGPL-2.1-or-later
"""For gdb: `source lodger.py` defines the commands `lodger callers`, `lodger pendings`, `lodger fibers`, `lodger bt` and
`lodger why`. Beside an installed library there is a script of its own name, by which gdb does so by itself."""

import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from lodger_gdb import commands  # noqa: E402

commands.register()
