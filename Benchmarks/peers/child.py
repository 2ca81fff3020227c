"""A contestant's process. It is stopped whenever another one has its turn, so that no idle thread of it spins."""

import ctypes
import json
import signal
import subprocess


class ContestantFailed(Exception):
    pass


def end_with_parent():
    """A contestant that is stopped would stay, with its memory, if the comparison were killed."""
    ctypes.CDLL(None).prctl(1, signal.SIGKILL)  # PR_SET_PDEATHSIG


class Child:
    def __init__(self, contestant, command, environment, log):
        self.contestant = contestant
        self.log = open(log, "wb")
        self.process = subprocess.Popen(
            command, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self.log, text=True,
            preexec_fn=end_with_parent)
        self.greeting = self.read()
        self.pause()

    def read(self):
        line = self.process.stdout.readline()
        if not line:
            raise ContestantFailed(
                f"{self.contestant.name} ended with {self.process.wait()}; what it said is in {self.log.name}")
        return json.loads(line)

    def pause(self):
        self.process.send_signal(signal.SIGSTOP)

    def ask(self, **request):
        self.process.send_signal(signal.SIGCONT)
        try:
            print(json.dumps(request), file=self.process.stdin, flush=True)
            return self.read()
        except BrokenPipeError:
            self.read()
            raise
        finally:
            if self.process.poll() is None:
                self.pause()

    def check(self, cell, runs=1):
        return self.ask(operation="check", workload=cell.workload, padding=cell.padding, runs=runs)["values"]

    def time(self, cell, runs, untimed=0, most=1.0):
        """The seconds of `runs` runs, or of as many as `most` seconds hold."""
        request = {"operation": "time", "workload": cell.workload, "padding": cell.padding}
        return self.ask(**request, runs=runs, untimed=untimed, most=most)["seconds"]

    def close(self):
        self.process.send_signal(signal.SIGCONT)
        self.process.stdin.close()
        try:
            self.process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.log.close()
