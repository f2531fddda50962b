"""Small Python programs to start as processes."""

import sys

LIVES = [sys.executable, "-c", "import time; print('up', flush=True); time.sleep(60)"]
ENDS = [sys.executable, "-c", "print('bye')"]
STUBBORN = [
    sys.executable,
    "-c",
    "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN);"
    "print('up', flush=True); time.sleep(60)",
]
HAS_A_CHILD = [
    sys.executable,
    "-c",
    "import os, time; child = os.fork();"
    "child and print(child, flush=True); time.sleep(60)",
]
