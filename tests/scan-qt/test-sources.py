# SPDX-License-Identifier: LGPL-2.1-or-later
"""The program needs only Lodger: it names no thread, lock, timer or nested loop of Qt or C++."""

import glob
import os
import re
import unittest

from scantest import main

FOLDER = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../demos/lodger-scan-qt")
FORBIDDEN = re.compile(r"\b(QThread\w*|Q\w*Mutex\w*|Q\w*Lock\w*|QSemaphore|QWaitCondition|Q\w*Timer|singleShot|startTimer|"
                       r"timerEvent|QtConcurrent|QFuture\w*|QPromise|invokeMethod|postEvent|processEvents|QEventLoop|"
                       r"QueuedConnection|std::(j?thread|mutex|async|future|promise|condition_variable|atomic)|pthread_\w+|"
                       r"g_(thread|mutex|cond|idle|timeout|task|main_context|source)_\w+)\b")


class Sources(unittest.TestCase):
    def sources(self):
        names = glob.glob(os.path.join(FOLDER, "*.cpp")) + glob.glob(os.path.join(FOLDER, "*.h"))
        self.assertTrue(names)
        for name in names:
            with open(name, encoding="utf-8") as file:
                yield os.path.basename(name), file.read()

    def test_no_source_names_a_thread_lock_timer_or_nested_loop(self):
        for name, text in self.sources():
            self.assertEqual([found[0] for found in FORBIDDEN.findall(text.replace("QElapsedTimer", ""))], [], name)

    def test_no_source_needs_the_meta_object_compiler(self):
        for name, text in self.sources():
            self.assertNotRegex(text, r"\b(Q_OBJECT|Q_GADGET|SIGNAL|SLOT|Q_SLOTS|Q_SIGNALS)\b", name)


if __name__ == "__main__":
    main()
