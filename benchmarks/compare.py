#!/usr/bin/env python3
"""Compares the benchmarks of two builds in one run: each program of the new build and of the old one in turn.

usage: benchmarks/compare.py OLD_BUILD NEW_BUILD [--filter REGEX] [--rounds N] [--min-time SECONDS] PROGRAM...

A build is a folder that CMake built the benchmarks in, such as build/bench. Each line is one benchmark: the least time of the
old build and of the new one over all rounds, and new / old. The least time is what a shared machine disturbs least.
"""
import argparse
import json
import pathlib
import subprocess
import sys


def times_of(program, arguments):
    """The time of each benchmark of a program in nanoseconds, by name."""
    units = {"ns": 1, "us": 1e3, "ms": 1e6, "s": 1e9}
    run = subprocess.run([program, "--benchmark_format=json", *arguments], stdout=subprocess.PIPE, check=True)
    benchmarks = json.loads(run.stdout)["benchmarks"]
    return {b["name"]: b["real_time"] * units[b["time_unit"]] for b in benchmarks if "real_time" in b}


def program_in(build, name):
    found = [path for path in pathlib.Path(build).rglob(name) if path.is_file()]
    if len(found) != 1:
        sys.exit(f"compare.py: {len(found)} programs {name} in {build}; build it there first")
    return str(found[0].resolve())


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("old")
    parser.add_argument("new")
    parser.add_argument("programs", nargs="+")
    parser.add_argument("--filter", default="/simulated/")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--min-time", default="0.2")
    options = parser.parse_args()
    arguments = [f"--benchmark_filter={options.filter}", f"--benchmark_min_time={options.min_time}"]

    print(f"{'benchmark':60} {'old ms':>10} {'new ms':>10} {'new/old':>8}")
    for name in options.programs:
        least = {}
        for _ in range(options.rounds):
            for side, build in (("old", options.old), ("new", options.new)):
                for benchmark, time in times_of(program_in(build, name), arguments).items():
                    row = least.setdefault(benchmark, {})
                    row[side] = min(time, row.get(side, time))
        for benchmark, row in least.items():
            if len(row) == 2:
                print(f"{benchmark:60} {row['old'] / 1e6:10.3f} {row['new'] / 1e6:10.3f} {row['new'] / row['old']:8.3f}")
            else:
                print(f"{benchmark:60} only in the {next(iter(row))} build")


if __name__ == "__main__":
    main()
