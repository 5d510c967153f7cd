#!/usr/bin/env python3
"""Measures what it takes to compile programs that use the library: seconds of processor time and megabytes of memory.

usage: benchmarks/compile_time.py [--old CHECKOUT] [--rounds N] [--compilers g++,clang++]

The programs are examples/quick_start, examples/network, examples/unet, and the headers sparseconv.hpp and networks.hpp alone,
each with -O2; header-only, and for sparseconv::compiled, without the time to compile that library once, which is measured too.
Each figure is the least of several rounds in which all take turns: what a shared machine disturbs least. With --old the texts of that checkout (where it has them,
else those of this one) are compiled with its headers in the same rounds, and each line ends with its share of the old time.
"""
import argparse
import os
import pathlib
import re
import shutil
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent.parent
LISTS = ("compiled", "compiled_networks")
PARTS = [(name, part) for name in LISTS
         for part in re.findall(r"^SPARSECONV_PART_(\w+)\(SPARSECONV_EXTERN\)",
                                (HERE / f"include/sparseconv/{name}.hpp").read_text(), re.MULTILINE)]


def cost_of(command):
    """The processor seconds and the megabytes of a command."""
    child = os.posix_spawnp(command[0], command, os.environ)
    _, status, usage = os.wait4(child, 0)
    if status != 0:
        sys.exit(f"compile_time.py: this failed: {' '.join(command)}")
    return usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--old", type=pathlib.Path)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--compilers", default="g++,clang++")
    options = parser.parse_args()

    with tempfile.TemporaryDirectory() as folder:
        for face in ("sparseconv.hpp", "networks.hpp"):
            (pathlib.Path(folder) / f"{face}.cpp").write_text(f"#include <sparseconv/{face}>\n")
        parts = []
        for name, part in PARTS:
            source = pathlib.Path(folder) / f"{part}.cpp"
            source.write_text(f"#define SPARSECONV_COMPILING {part}\n#define SPARSECONV_COMPILING_{part}\n"
                              f'#include "sparseconv/{name}.hpp"\n')
            parts.append(source)

        def sources(checkout, program):
            if program.endswith(" alone"):
                return [pathlib.Path(folder) / f"{program.removesuffix(' alone')}.cpp"]
            if program == "the library itself":
                return parts
            own = checkout / "examples" / program / f"{program}.cpp"
            return [own if own.exists() else HERE / "examples" / program / f"{program}.cpp"]

        rows = []  # (program, compiler, way, checkout, flags)
        for compiler in options.compilers.split(","):
            if not shutil.which(compiler):
                print(f"there is no {compiler} here", file=sys.stderr)
                continue
            for program in ("quick_start", "network", "unet", "sparseconv.hpp alone", "networks.hpp alone"):
                of_networks = program in ("unet", "networks.hpp alone")
                if options.old and (not of_networks or (options.old / "include/sparseconv/networks.hpp").exists()):
                    rows.append((program, compiler, "old", options.old, []))
                rows.append((program, compiler, "header-only", HERE, []))
                rows.append((program, compiler, "compiled", HERE, ["-DSPARSECONV_COMPILED"]))
            rows.append(("the library itself", compiler, "compiled", HERE, ["-DSPARSECONV_COMPILED"]))

        least = {}
        for _ in range(options.rounds):
            for row in rows:
                program, compiler, way, checkout, flags = row
                seconds, megabytes = 0.0, 0.0
                for source in sources(checkout, program):
                    took, needed = cost_of([compiler, "-std=c++20", "-O2", *flags, f"-I{checkout / 'include'}", "-c",
                                            str(source), "-o", f"{folder}/out.o"])
                    seconds, megabytes = seconds + took, max(megabytes, needed)
                best = least.get(row[:3], (float("inf"), 0.0))
                least[row[:3]] = (min(best[0], seconds), max(best[1], megabytes))

        print("| program | compiler | way | seconds | MB |" + (" of old |" if options.old else ""))
        print("|---|---|---|---:|---:|" + ("---:|" if options.old else ""))
        for program, compiler, way, *_ in rows:
            seconds, megabytes = least[program, compiler, way]
            line = f"| {program} | {compiler} | {way} | {seconds:.1f} | {megabytes:.0f} |"
            if options.old:
                old = least.get((program, compiler, "old"))
                line += f" {seconds / old[0]:.2f} |" if old else " |"
            print(line)


if __name__ == "__main__":
    main()
