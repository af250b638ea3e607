#!/usr/bin/env python3
"""How long the daemon takes to answer /healthz while other things go on.

Usage: answers.py HOST:PORT SPECS LOG SECONDS. Each work goes on for SECONDS; meanwhile a process of its own asks for
/healthz every ten milliseconds, on a new connection each time. Prints lines "name value", times in milliseconds. LOG is
the daemon's, with --log-level debug: its cycles say there how late they start.
"""
import multiprocessing
import pathlib
import re
import socket
import sys
import threading
import time
import urllib.parse


def ask(address, target, patience=10):
    """The beginning of the answer, once all of it is there. An answer that does not come in time is an OSError."""
    with socket.create_connection(address, timeout=patience) as connection:
        connection.sendall(f"GET {target} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n".encode())
        head = connection.recv(65536)
        while connection.recv(1 << 20):
            pass
        return head


def probe(address, seconds, times):
    end = time.monotonic() + seconds
    taken = []
    while time.monotonic() < end:
        begin = time.monotonic()
        try:
            good = ask(address, "/healthz").startswith(b"HTTP/1.1 200")
        except OSError:
            good = False
        taken.append((time.monotonic() - begin) * 1000 if good else 10_000.0)
        time.sleep(0.01)
    times.put(taken)


def clients(address, target, count, stop, answered):
    """So many clients, each asking again as soon as it has its answer."""
    def one():
        while not stop.is_set():
            try:
                answer = ask(address, target)
            except OSError:
                continue
            with answered.get_lock():
                answered.value += answer.startswith(b"HTTP/1.1 200")

    threads = [threading.Thread(target=one) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def rewrite(specs, stop, answered):
    """Every file anew, each time with another label in its first document."""
    while not stop.is_set():
        for path in sorted(pathlib.Path(specs).rglob("*.yaml")):
            text = path.read_text()
            mark = f"labels: {{round: r{answered.value}, "
            path.write_text(re.sub(r"labels: \{(round: r\d+, )?", mark, text, count=1))
        answered.value += 1
        stop.wait(5)


def dearest(address):
    """The longest search that is allowed, with all that a page of the API may hold."""
    words = 1024
    while words:
        target = "/api/v1/workspaces?limit=1000&q=" + urllib.parse.quote_plus(" ".join(["l"] * words))
        if ask(address, target, 120).startswith(b"HTTP/1.1 200"):
            return target
        words //= 2
    raise SystemExit("no search is allowed")


def measure(name, address, seconds, work):
    stop, answered, times = multiprocessing.Event(), multiprocessing.Value("i", 0), multiprocessing.Queue()
    worker = multiprocessing.Process(target=work[0], args=(*work[1:], stop, answered)) if work else None
    if worker:
        worker.start()
    prober = multiprocessing.Process(target=probe, args=(address, seconds, times))
    prober.start()
    taken = sorted(times.get())
    prober.join()
    stop.set()
    if worker:
        worker.join()
    print(f"healthz_{name}_p50 {taken[len(taken) // 2]:.1f}")
    print(f"healthz_{name}_p99 {taken[len(taken) * 99 // 100]:.1f}")
    print(f"healthz_{name}_max {taken[-1]:.1f}")
    print(f"healthz_{name}_done {answered.value}", flush=True)


def main():
    where, specs, log, seconds = sys.argv[1:]
    host, port = where.rsplit(":", 1)
    address, seconds = (host, int(port)), float(seconds)
    measure("idle", address, seconds, None)
    measure("rewriting", address, seconds, (rewrite, specs))
    measure("pages", address, seconds, (clients, address, "/", 20))
    measure("queries", address, seconds, (clients, address, dearest(address), 50))
    late = [float(text) for text in re.findall(r"cycle starts .*late=([0-9.]+)", pathlib.Path(log).read_text())]
    print(f"cycles_on_time {len(late)}")
    print(f"cycle_late_ms {max(late, default=0) * 1000:.1f}")


if __name__ == "__main__":
    main()
