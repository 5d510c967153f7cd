#!/usr/bin/env bash
# Builds what runs on a GPU, tests it, plain and under compute-sanitizer, and measures it: one call of at most eight
# minutes on any Linux machine with an NVIDIA GPU and CUDA 12.4 or later.
#
#   tests/gpu.sh [options of cmake]
#
# It needs no network when it is told where the test libraries are: -DCMAKE_PREFIX_PATH=..., where GoogleTest and Google
# Benchmark are installed, or -DFETCHCONTENT_SOURCE_DIR_GTEST=... and -DFETCHCONTENT_SOURCE_DIR_BENCHMARK=..., where
# their sources are. SPARSECONV_GPU_SECONDS (470) limits the whole call, SPARSECONV_GPU_BUILD (build/gpu) is where it
# builds. What it says last is a line for each part: passed, failed, or not run and why.
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

limit=${SPARSECONV_GPU_SECONDS:-470}  # for the whole call
build=${SPARSECONV_GPU_BUILD:-build/gpu}
report=()
failed=0

section() { printf '\n===== %s (%d s) =====\n' "$1" "$SECONDS"; }
note() { report+=("$1: $2"); }
stop() {
  echo "tests/gpu.sh: $1" >&2
  exit 1
}

# run <part> <most seconds> <command...>: with what is left of the time; notes how it ended.
run() {
  local part=$1 most=$2 left=$((limit - SECONDS)) status=0
  shift 2
  section "$part"
  if ((left < 10)); then
    note "$part" "not run: the time was up"
    return 0
  fi
  timeout --kill-after=5 "$((most < left ? most : left))" "$@" || status=$?
  case $status in
    0) note "$part" "passed" ;;
    124 | 137)
      note "$part" "stopped at its time limit; it had not failed by then"
      [[ $part != Tests* ]] || failed=1  # it may hang
      ;;
    *)
      note "$part" "failed, with exit code $status"
      failed=1
      ;;
  esac
  return "$status"
}

section "The machine"
[[ -x $(command -v nvcc) ]] || PATH+=:/usr/local/cuda/bin
command -v nvcc >/dev/null || stop "there is no nvcc: install the CUDA Toolkit, 12.4 or later, or put it in the PATH"
command -v cmake >/dev/null || stop "there is no cmake: 3.25 or later is needed"
command -v nvidia-smi >/dev/null || stop "there is no nvidia-smi, hence no NVIDIA driver: a GPU is needed"
nvidia-smi --query-gpu=name,compute_cap,driver_version,memory.total,clocks.max.sm --format=csv ||
  stop "nvidia-smi finds no GPU"
nvcc --version | tail -n 2

options=(-S . -B "$build" -DCMAKE_BUILD_TYPE=Release -DCMAKE_CUDA_ARCHITECTURES=native -DSPARSECONV_BUILD_CUDA=ON
         -DSPARSECONV_BUILD_TESTS=ON -DSPARSECONV_BUILD_EXAMPLES=OFF -DSPARSECONV_BUILD_BENCHMARKS=AUTO)
[[ -n ${CMAKE_GENERATOR:-} ]] || ! command -v ninja >/dev/null || options+=(-G Ninja)
# Sources that are handed over count as a download.
[[ $* != *FETCHCONTENT_SOURCE_DIR_* ]] || options+=(-DSPARSECONV_ALLOW_DOWNLOAD=ON)
section "Configure"
cmake "${options[@]}" "$@" || stop "cmake failed; GoogleTest is found as the head of this file says"
targets=(tests_cuda)
cmake --build "$build" --target help | grep benchmarks_cuda >/dev/null && targets+=(benchmarks_cuda)
run "Build" 270 cmake --build "$build" --parallel "$(nproc)" --target "${targets[@]}" || {
  printf '%s\n' "${report[@]}"
  exit 1
}

tests=$(find "$build" -name tests_cuda -type f -perm -u+x)
run "Tests" 120 "$tests" --gtest_brief=1
if "$tests" --gtest_brief=1 --gtest_filter='GpuPolicy.TakesTheStreamOfTheThread' |
  grep SKIPPED >/dev/null; then
  note "Tests" "were skipped: the CUDA runtime finds no GPU"
  failed=1
fi

# Not those that are large on purpose, or that make calls fail.
few='-*CountsBeyond32Bits*:*SaysThatItIsFull*:*ReadsTheSource*'
if command -v compute-sanitizer >/dev/null; then
  for tool in memcheck racecheck; do
    run "Tests under $tool" 75 compute-sanitizer --tool "$tool" --error-exitcode 9 --report-api-errors no \
      "$tests" --gtest_brief=1 --gtest_filter="$few"
  done
else
  note "Tests under compute-sanitizer" "not run: it is not installed"
fi

shopt -s nullglob globstar
programs=("$build"/**/*_cuda_benchmark)
((${#programs[@]})) ||
  note "Benchmarks" "not run: there are none in this build; Google Benchmark is found as GoogleTest is"
left_over=${#programs[@]}
for program in "${programs[@]}"; do  # each has its share of what is left
  run "$(basename "$program")" "$(((limit - SECONDS) / left_over))" "$program" --benchmark_min_time=0.05 \
    --benchmark_counters_tabular=true --benchmark_out="$program.json" --benchmark_out_format=json
  left_over=$((left_over - 1))
done

section "Summary"
printf '%s\n' "${report[@]}"
exit "$failed"
