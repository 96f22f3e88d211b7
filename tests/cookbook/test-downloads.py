# SPDX-License-Identifier: LGPL-2.1-or-later
"""The downloads: three at a time, each cancelled alone or all together, and no half file."""

import collections
import http.server
import os
import threading

from cookbooktest import CookbookTest, FORM, Program, TIMEOUT, TOOLKIT, main

# In the window: the button of the first row.
FIRST_CANCEL = (585, 61) if TOOLKIT == "qt" else (585, 76)
CONTENT = os.urandom(3_000_000)


class Server(http.server.ThreadingHTTPServer):
    """Sends the head and a third of each file, and the rest of it when `rest` is set."""

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Handler)
        self.condition = threading.Condition()
        self.asked, self.running, self.most = [], 0, 0
        self.rest = collections.defaultdict(threading.Event)
        threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()

    def change(self, name, by):
        with self.condition:
            if by > 0:
                self.asked.append(name)
            self.running += by
            self.most = max(self.most, self.running)
            self.condition.notify_all()

    def wait_for(self, count):
        """Waits until that many downloads have been asked for."""
        with self.condition:
            if not self.condition.wait_for(lambda: len(self.asked) >= count, TIMEOUT):
                raise AssertionError(f"asked for {self.asked} only")

    def uri(self, name):
        return f"http://127.0.0.1:{self.server_address[1]}/{name}"


    def release(self, *names):
        for name in names:
            self.rest[name].set()


class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        name = self.path[1:]
        if name == "missing":
            self.send_error(404)
            return
        self.server.change(name, 1)
        try:
            self.send_response(200)
            self.send_header("Content-Length", str(len(CONTENT)))
            self.end_headers()
            self.wfile.write(CONTENT[:1_000_000])
            self.wfile.flush()
            self.server.rest[name].wait(TIMEOUT)
            # From here on the client may start the next.
            self.server.change(name, -1)
            if name != "short":
                self.wfile.write(CONTENT[1_000_000:])
        except OSError:
            pass

    def log_message(self, *arguments):
        pass


class Window(Program):
    def add(self, uri):
        self.type(uri)
        self.key("Return")


class Downloads(CookbookTest):
    def setUp(self):
        self.folder = self.make_folder()
        self.server = Server()
        self.addCleanup(self.server.server_close)
        self.addCleanup(self.server.shutdown)

    def start(self, *names):
        program = Window(self, "downloads" + FORM, cwd=self.folder, title="^Downloads$")
        for name in names:
            program.add(self.server.uri(name))
        return program

    def test_three_at_a_time(self):
        names = [f"file-{i}" for i in range(7)]
        program = self.start(*names)
        for i, name in enumerate(names):
            self.server.wait_for(min(i + 3, 7))
            self.server.release(name)
        program.find_window("^7 of 7 downloads over$")
        self.assertEqual(sorted(self.server.asked), names)
        self.assertEqual(self.server.most, 3)
        self.assertEqual(sorted(os.listdir(self.folder)), names)
        for name in names:
            with open(os.path.join(self.folder, name), "rb") as file:
                self.assertEqual(file.read(), CONTENT)
        program.close()

    def test_one_is_cancelled_and_the_others_go_on(self):
        program = self.start("first", "second", "third", "fourth")
        self.server.wait_for(3)
        program.click(*FIRST_CANCEL)
        program.find_window("^1 of 4 downloads over$")
        self.server.wait_for(4)
        self.server.release("first", "second", "third", "fourth")
        program.find_window("^4 of 4 downloads over$")
        self.assertEqual(sorted(os.listdir(self.folder)), ["fourth", "second", "third"])
        program.close()

    def test_all_are_cancelled_and_the_next_begins(self):
        program = self.start(*"abcdef")
        self.server.wait_for(3)
        program.key("alt+a")
        program.find_window("^6 of 6 downloads over$")
        # A worker may have begun with the fourth between the cancels.
        self.assertTrue({"a", "b", "c"} <= set(self.server.asked))
        self.assertEqual(os.listdir(self.folder), [])
        self.server.release("g")
        program.add(self.server.uri("g"))
        program.find_window("^7 of 7 downloads over$")
        self.assertEqual(os.listdir(self.folder), ["g"])
        program.close()

    def test_what_fails_leaves_no_half_file(self):
        self.server.release("short")
        program = self.start("missing", "short")
        program.add("http://127.0.0.1:1/nobody")
        program.find_window("^3 of 3 downloads over$")
        self.assertEqual(os.listdir(self.folder), [])
        program.close()

    def test_the_window_is_closed_in_the_middle(self):
        program = self.start(*"abcdef")
        self.server.wait_for(3)
        program.close()
        self.assertEqual(os.listdir(self.folder), [])


if __name__ == "__main__":
    main()
