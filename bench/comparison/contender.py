"""A contender: a process that is asked, over a pipe, to run steps, and is stopped (SIGSTOP) whenever it is not its turn, so
that no spinning pool of threads takes a core from another."""
import ctypes
import os
import select
import signal
import subprocess
import time


class Refused(Exception):
    """The peer cannot do this workload, or does not start."""


def die_with_parent():
    ctypes.CDLL(None).prctl(1, signal.SIGKILL)  # PR_SET_PDEATHSIG: also when it is stopped


def cores(threads):
    """The cores for a contender of that many threads: all contenders of as many threads share them."""
    return sorted(os.sched_getaffinity(0))[-threads:]


def environment(threads, folder):
    counts = {name: str(threads) for name in ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS")}
    cache = {"TORCHINDUCTOR_CACHE_DIR": str(folder / "inductor"), "TORCHINDUCTOR_COMPILE_THREADS": "1"}
    return {**os.environ, **counts, **cache, "PYTHONDONTWRITEBYTECODE": "1"}


class Contender:
    def __init__(self, name, threads, command, folder):
        self.name, self.threads, self.title = name, threads, name
        self.errors = open(folder / f"{name}-{threads}.log".replace(" ", "-"), "w+", encoding="utf-8")

        def prepare():
            die_with_parent()
            os.sched_setaffinity(0, cores(threads))

        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self.errors,
                                        text=True, bufsize=1, env=environment(threads, folder), preexec_fn=prepare,
                                        start_new_session=True)

    def wait_until_ready(self, seconds):
        end = time.monotonic() + seconds
        line = ""
        while not line.startswith("ready "):
            left = end - time.monotonic()
            if left <= 0 or not select.select([self.process.stdout], [], [], left)[0]:
                raise Refused(f"not ready after {seconds} s")
            line = self.process.stdout.readline()
            if not line:
                raise Refused(self.last_words())
        self.title = line.split(" ", 1)[1].strip()
        self.stop()

    def last_words(self):
        self.process.wait()
        self.errors.seek(0)
        lines = [line.strip() for line in self.errors if line.strip()]
        return lines[-1] if lines else f"exit status {self.process.returncode}"

    def stop(self):
        os.killpg(self.process.pid, signal.SIGSTOP)

    def ask(self, line):
        os.killpg(self.process.pid, signal.SIGCONT)
        try:
            self.process.stdin.write(line + "\n")
            answer = self.process.stdout.readline()
        except BrokenPipeError:
            answer = ""
        if not answer:
            raise Refused(f"{self.name}, {self.threads} threads: {self.last_words()}")
        self.stop()
        return [float(word) for word in answer.split()]

    def losses(self, count=10):
        return self.ask(f"losses {count}")

    def run(self, chunks, steps):
        """Microseconds a step: best and median."""
        return self.ask(f"run {chunks} {steps}")

    def calibrate(self, seconds):
        """Chooses how many steps a slice of that length has. Chunks last at least 50 us: the clocks take part of one."""
        one = self.run(1, 1)[0] * 1e-6
        if one < seconds:
            one = self.run(5, 1)[0] * 1e-6
        self.steps = max(1, min(200, round(50e-6 / one)))
        self.chunks = max(1, min(2000, round(seconds / (one * self.steps))))

    def slice(self):
        return self.run(self.chunks, self.steps)

    def close(self):
        try:
            os.killpg(self.process.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        self.process.wait()
        for file in (self.process.stdin, self.process.stdout, self.errors):
            file.close()


def start_all(makers, seconds):
    """Starts all at once; returns those that got ready, and why the others did not: {(name, threads): reason}."""
    started = [make() for make in makers]
    ready, refused = [], {}
    for contender in started:
        try:
            contender.wait_until_ready(seconds)
            ready.append(contender)
        except Refused as reason:
            refused[contender.name, contender.threads] = str(reason)
            contender.close()
    return ready, refused
