"""Runs one program in a pseudo-terminal of its own, driven by lines of JSON on stdin; says what happens by lines of JSON on stdout.

Arguments: columns, rows, program, its arguments. The program is the leader of a session whose terminal this is, as a login shell is.

Lines in:   {"type": TEXT}            as if typed
            {"resize": [COLUMNS, ROWS]}
            {"read": true | false}    false: nobody reads the terminal any more, as behind a lid that was closed
            {"signal": NUMBER, "to": "program" | "foreground"}
            {"hangUp": true}          the terminal goes away: the kernel sends SIGHUP, and later writes fail with EIO
Lines out:  {"pid": N}   {"output": BASE64}   {"exit": CODE or null, "signal": NUMBER or null}
"""

import base64
import fcntl
import json
import os
import select
import signal
import struct
import sys
import termios
import time


def say(**fields):
    sys.stdout.write(json.dumps(fields) + "\n")
    sys.stdout.flush()


def resize(descriptor, columns, rows):
    fcntl.ioctl(descriptor, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))


def start(master, slave, command):
    pid = os.fork()
    if pid != 0:
        return pid
    os.close(master)
    os.setsid()
    fcntl.ioctl(slave, termios.TIOCSCTTY, 0)
    for descriptor in range(3):
        os.dup2(slave, descriptor)
    if slave > 2:
        os.close(slave)
    for number in (signal.SIGHUP, signal.SIGINT, signal.SIGPIPE, signal.SIGTSTP, signal.SIGTTOU, signal.SIGTTIN):
        signal.signal(number, signal.SIG_DFL)
    os.execvp(command[0], command)


class Terminal:
    def __init__(self, columns, rows, command):
        self.master, slave = os.openpty()
        resize(self.master, columns, rows)
        self.pid = start(self.master, slave, command)
        os.close(slave)
        self.reading = True
        self.ended = False
        self.typed = b""
        self.waiting = b""
        os.set_blocking(self.master, False)
        say(pid=self.pid)

    def hang_up(self):
        if self.master is not None:
            os.close(self.master)
        self.master = None

    def signal(self, number, to):
        try:
            if to == "foreground" and self.master is not None:
                os.killpg(os.tcgetpgrp(self.master), number)
            else:
                os.kill(self.pid, number)
        except ProcessLookupError:
            pass

    def obey(self, order):
        if "type" in order:
            self.typed += order["type"].encode()
        elif "resize" in order and self.master is not None:
            resize(self.master, *order["resize"])
        elif "read" in order:
            self.reading = order["read"]
        elif "signal" in order:
            self.signal(order["signal"], order["to"])
        elif "hangUp" in order:
            self.hang_up()

    def read_orders(self):
        """False at the end of stdin: whoever drives this is gone."""
        data = os.read(0, 65536)
        self.waiting += data
        *lines, self.waiting = self.waiting.split(b"\n")
        for line in lines:
            self.obey(json.loads(line))
        return data != b""

    def read_output(self):
        try:
            data = os.read(self.master, 65536)
        except BlockingIOError:
            return True
        except OSError:
            data = b""
        if data == b"":
            return False
        say(output=base64.b64encode(data).decode())
        return True

    def write_typed(self):
        try:
            self.typed = self.typed[os.write(self.master, self.typed):]
        except BlockingIOError:
            pass
        except OSError:
            self.typed = b""

    def reap(self):
        if self.ended:
            return
        pid, status = os.waitpid(self.pid, os.WNOHANG)
        if pid == 0:
            return
        self.ended = True
        # What it wrote last is told before its end, unless nobody reads, or another process keeps the terminal.
        until = time.monotonic() + 1
        while self.master is not None and self.reading and time.monotonic() < until:
            # The kernel hands written bytes over a little later.
            if not select.select([self.master], [], [], 0.2)[0] or not self.read_output():
                break
        code = os.WEXITSTATUS(status) if os.WIFEXITED(status) else None
        number = os.WTERMSIG(status) if os.WIFSIGNALED(status) else None
        say(exit=code, signal=number)

    def run(self):
        broken = False
        while True:
            readers = [0] + ([self.master] if self.master is not None and self.reading and not broken else [])
            writers = [self.master] if self.master is not None and self.typed else []
            ready, writable, _ = select.select(readers, writers, [], 0.02)
            if writable:
                self.write_typed()
            if self.master in ready and not self.read_output():
                broken = True
            if 0 in ready and not self.read_orders():
                break
            self.reap()
        self.hang_up()
        if not self.ended:
            # The whole session, so that no test leaves a process behind.
            try:
                os.killpg(self.pid, signal.SIGKILL)
            except (ProcessLookupError, PermissionError):
                pass


Terminal(int(sys.argv[1]), int(sys.argv[2]), sys.argv[3:]).run()
