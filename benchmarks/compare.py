#!/usr/bin/env python3
"""Compares the benchmarks of two commits, or of two builds, in one run: each program of the new one and of the old one in turn.

usage: benchmarks/compare.py OLD NEW [--filter REGEX] [--rounds N] [--min-time SECONDS] PROGRAM...

OLD and NEW are each a commit, such as HEAD~1, or a folder that CMake built the benchmarks in, such as build/bench. A commit is
checked out into build/compare and its programs are built there, once; a folder of the same name comes before a commit. Each line
is one benchmark: the least time of the old build and of the new one over all rounds, and new / old. The least time is what a
shared machine disturbs least. After the lines of a program stands the geometric mean of its ratios.
"""
import argparse
import json
import math
import os
import pathlib
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent.parent


def times_of(program, arguments):
    """The time of each benchmark of a program in nanoseconds, by name."""
    units = {"ns": 1, "us": 1e3, "ms": 1e6, "s": 1e9}
    run = subprocess.run([program, "--benchmark_format=json", *arguments], stdout=subprocess.PIPE)
    if run.returncode != 0:
        sys.exit(f"compare.py: {program} failed with {run.returncode}")
    benchmarks = json.loads(run.stdout)["benchmarks"] if run.stdout.strip() else []
    return {b["name"]: b["real_time"] * units[b["time_unit"]] for b in benchmarks if "real_time" in b}


def run(*command):
    """Runs a command of a build; what it says goes to stderr, so that stdout has the table alone."""
    if subprocess.run(command, stdout=sys.stderr, cwd=HERE).returncode != 0:
        sys.exit(f"compare.py: this failed: {' '.join(map(str, command))}")


def build_of(side, programs):
    """The folder of a build: the one that `side` names, or else that of a commit, whose programs are built."""
    if pathlib.Path(side).is_dir():
        return side
    found = subprocess.run(["git", "rev-parse", "--verify", "--quiet", f"{side}^{{commit}}"], cwd=HERE, text=True,
                           stdout=subprocess.PIPE)
    if found.returncode != 0:
        sys.exit(f"compare.py: {side} is neither a folder nor a commit; give a build such as build/bench, or fetch the commit")
    folder = HERE / "build/compare" / found.stdout.strip()[:12]
    source, build = folder / "source", folder / "build"
    if not source.is_dir():
        run("git", "worktree", "prune")
        run("git", "worktree", "add", "--force", "--detach", source, found.stdout.strip())
    run("cmake", "-S", source, "-B", build, "-DCMAKE_BUILD_TYPE=Release", "-DSPARSECONV_BUILD_BENCHMARKS=ON",
        "-DSPARSECONV_BUILD_TESTS=OFF", "-DSPARSECONV_BUILD_EXAMPLES=OFF", "-DSPARSECONV_BUILD_CUDA=OFF",
        f"-DSPARSECONV_DATA_DIR={HERE.parent / 'shared/data'}")
    run("cmake", "--build", build, "--parallel", str(os.cpu_count()), "--target", *programs)
    return build


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
    builds = {side: build_of(getattr(options, side), options.programs) for side in ("old", "new")}

    print(f"{'benchmark':60} {'old ms':>10} {'new ms':>10} {'new/old':>8}")
    for name in options.programs:
        programs = {side: program_in(build, name) for side, build in builds.items()}
        least = {}
        for _ in range(options.rounds):
            for side, program in programs.items():
                for benchmark, time in times_of(program, arguments).items():
                    row = least.setdefault(benchmark, {})
                    row[side] = min(time, row.get(side, time))
        ratios = []
        for benchmark, row in least.items():
            if len(row) == 2:
                ratios.append(row["new"] / row["old"])
                print(f"{benchmark:60} {row['old'] / 1e6:10.3f} {row['new'] / 1e6:10.3f} {ratios[-1]:8.3f}")
            else:
                print(f"{benchmark:60} only in the {next(iter(row))} build")
        if not ratios:
            sys.exit(f"compare.py: no benchmark of {name} is in both builds and matches {options.filter}")
        mean = math.exp(sum(map(math.log, ratios)) / len(ratios))
        print(f"{f'{name}, the geometric mean of {len(ratios)}':60} {'':10} {'':10} {mean:8.3f}")


if __name__ == "__main__":
    main()
