"""Keeps the machine quiet while something is timed, by a command of the user's that does so while another command runs
("flock FILE", a script that stops compilers). It is let go now and then, since such commands may have a time limit."""
import contextlib
import subprocess
import time

LONGEST = 40  # seconds


class Hold:
    def __init__(self, command):
        self.command, self.process, self.begin = command, None, 0.0

    def renew(self):
        """Holds; lets go first when it has held for long."""
        if not self.command or (self.process and time.monotonic() - self.begin < LONGEST):
            return
        self.release()
        self.process = subprocess.Popen([*self.command, "sh", "-c", "echo held; read end"], stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, text=True, bufsize=1)
        if self.process.stdout.readline().strip() != "held":
            raise SystemExit(f"--hold: {self.command[0]} did not run its command")
        self.begin = time.monotonic()

    def release(self):
        if not self.process:
            return
        with contextlib.suppress(BrokenPipeError):
            self.process.stdin.write("end\n")
        self.process.stdin.close()
        self.process.wait()
        self.process.stdout.close()
        self.process = None
