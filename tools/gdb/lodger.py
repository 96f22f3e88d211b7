# SPDX-License-Identifier: LGPL-2.1-or-later
"""For gdb: `source lodger.py` defines the command `lodger` and those below it. An installed shared library has a script
of its own name, by which gdb does so by itself."""

import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
writes_none, sys.dont_write_bytecode = sys.dont_write_bytecode, True
from lodger_gdb import commands  # noqa: E402

sys.dont_write_bytecode = writes_none
commands.register()
