"""What a timing depends on: processor, its instruction sets, load, versions, the state of the program."""

import datetime
import os
import platform
import re
import subprocess
import sys

FLAGS = ["avx2", "fma", "avx512f", "avx512_vnni", "avx512_bf16", "amx_int8"]


def fields():
    found = {}
    with open("/proc/cpuinfo") as file:
        for line in file:
            key, _, value = line.partition(":")
            found.setdefault(key.strip(), value.strip())
    return found


def flags():
    return set(fields().get("flags", "").split())


def slug():
    """Such as amd-f25-m17: names of processors in the cloud say little."""
    cpu = fields()
    vendor = {"AuthenticAMD": "amd", "GenuineIntel": "intel"}.get(cpu.get("vendor_id"), platform.machine())
    return re.sub(r"[^a-z0-9-]", "", f"{vendor}-f{cpu.get('cpu family', '')}-m{cpu.get('model', '')}".lower())


def has_cpuid_faulting():
    return "cpuid_fault" in flags()


def commit():
    try:
        done = subprocess.run(
            ["git", "describe", "--always", "--dirty", "--abbrev=10"], capture_output=True, text=True, check=True,
            cwd=os.path.dirname(os.path.abspath(__file__)))
        return done.stdout.strip()
    except (OSError, subprocess.CalledProcessError):
        return "unknown"


def description():
    cpu = fields()
    present = flags()
    return {
        "processor": cpu.get("model name", platform.processor()),
        "family": cpu.get("cpu family"), "model": cpu.get("model"), "megahertz": cpu.get("cpu MHz"),
        "cores": len(os.sched_getaffinity(0)), "flags": [flag for flag in FLAGS if flag in present],
        "kernel": platform.release(), "load": os.getloadavg()[0],
    }


def headline(*details, command=None):
    """What a table of results begins with: the machine, some details, the date, the commit, the command without folders."""
    about = description()
    words = [os.path.basename(word.rstrip("/")) if "/" in word else word for word in command or sys.argv]
    parts = [
        f"{about['cores']} cores of {about['processor']} (family {about['family']}, model {about['model']})", *details,
        datetime.date.today().isoformat(), f"commit {commit()}", f"`{' '.join(words)}`",
    ]
    return ", ".join(parts) + "."


if __name__ == "__main__":
    print(headline(command=sys.argv[1:]))
