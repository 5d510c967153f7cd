#!/usr/bin/env bash
# Builds what runs on a GPU, tests it, also under compute-sanitizer, and measures it.
#
#   tests/gpu.sh [all] [options of cmake]         on a machine with a GPU: builds, then the three calls below
#   tests/gpu.sh pack FOLDER [--architectures 90[;80...]] [options of cmake]
#                                                 elsewhere: builds, and puts all that the calls below need into FOLDER
#   FOLDER/gpu.sh correct|sanitize|measure FOLDER RESULTS
#
# A packed folder needs the driver, bash, coreutils, findutils, grep, sed and a C library no older than here; with cuBLAS,
# compute-sanitizer and ncu more is measured. FOLDER may be a build folder as well. RESULTS holds, as it comes, a text for
# each call with a line for each test, failures.txt, and for `measure` ncu.txt and the benchmarks' JSON.
#
# To build takes nvcc 12.4, CMake 3.25, and GoogleTest and Google Benchmark, installed or as folders of sources:
# -DFETCHCONTENT_SOURCE_DIR_GTEST=... and -DFETCHCONTENT_SOURCE_DIR_BENCHMARK=... Nothing is downloaded.
#
# SPARSECONV_GPU_SECONDS (530) limits each of the three calls, SPARSECONV_GPU_BUILD is where it builds. The exit code is 0
# if something passed, and nothing failed, was stopped, found no GPU or was left out for want of time.
set -uo pipefail
script=$(realpath "${BASH_SOURCE[0]}")

stop() {
  echo "gpu.sh: $1" >&2
  exit 1
}

# ----- Building -----

packed_most=60000000  # bytes
gpu_benchmarks=(convolution index networks)
programs=(tests_cuda limits_cuda_benchmark "${gpu_benchmarks[@]/%/_cuda_benchmark}" second_benchmark
          gather_gemm_scatter_benchmark)
scans=(kitti_000008.bin waymo_benchmark_pc.npy waymo_benchmark_pc.npz nuscenes_10sweeps.bin)  # scenes.hpp reads them

# build <folder> <options of cmake...>
build() {
  local folder=$1 targets=() target known
  shift
  cd "$(dirname "$script")/.." || stop "the script is not in its checkout"
  [[ -x $(command -v nvcc) ]] || PATH+=:/usr/local/cuda/bin
  command -v nvcc >/dev/null || stop "there is no nvcc: install the CUDA Toolkit, 12.4 or later, or put it in the PATH"
  command -v cmake >/dev/null || stop "there is no cmake: 3.25 or later is needed"
  local options=(-S . -B "$folder" -DCMAKE_BUILD_TYPE=Release -DSPARSECONV_BUILD_CUDA=ON -DSPARSECONV_BUILD_TESTS=AUTO
                 -DSPARSECONV_BUILD_EXAMPLES=OFF -DSPARSECONV_BUILD_BENCHMARKS=AUTO)
  [[ -n ${CMAKE_GENERATOR:-} || -e $folder/CMakeCache.txt ]] || ! command -v ninja >/dev/null || options+=(-G Ninja)
  cmake "${options[@]}" "$@" || stop "cmake failed"
  known=$(cmake --build "$folder" --target help)
  for target in "${programs[@]}"; do
    if grep -qw "$target" <<<"$known"; then
      targets+=("$target")
    elif [[ $target == tests_cuda ]]; then
      stop "there is no GoogleTest: install it, or give its sources with -DFETCHCONTENT_SOURCE_DIR_GTEST=..."
    else
      echo "gpu.sh: $target is left out: there is no Google Benchmark"
    fi
  done
  cmake --build "$folder" --parallel "${CMAKE_BUILD_PARALLEL_LEVEL:-$(nproc)}" --target "${targets[@]}" ||
    stop "the build failed"
}

# copy_libraries <program> <folder>: those that a bare machine may lack. Not what belongs to the driver, the toolkit or
# the C library.
copy_libraries() {
  local name arrow path rest
  while read -r name arrow path rest; do
    case $name in
      linux-vdso* | /lib* | ld-linux* | libc.so* | libm.so* | libdl.so* | librt.so* | libpthread.so*) ;;
      libcuda.so* | libcublas*) ;;
      *)
        [[ $arrow == "=>" && -e $path ]] || stop "$1 needs $name, which is not here"
        cp -L "$path" "$2" || stop "$path cannot be copied"
        ;;
    esac
  done <<<"$(ldd "$1")"
}

pack() {
  local to=${1:-} architectures=90 build=${SPARSECONV_GPU_BUILD:-build/gpu-pack} program found data scan bytes
  [[ -n $to ]] || stop "give pack the folder to make"
  shift
  if [[ ${1:-} == --architectures ]]; then
    architectures=${2:?"gpu.sh: --architectures needs a list, as 80;90"}
    shift 2
  fi
  mkdir -p "$to/lib" "$to/data" || stop "$to cannot be made"
  to=$(realpath "$to")
  # One copy of the C++ library, beside the programs: libbenchmark.so takes the shared one, so theirs cannot be static. An
  # RPATH, unlike the RUNPATH that is the default, also serves the libraries' own libraries. As needed, so that a machine
  # without cuBLAS still runs what does not call it. Not oneDNN, of 40 MB.
  # shellcheck disable=SC2016
  build "$build" "-DCMAKE_CUDA_ARCHITECTURES=$architectures" '-DCMAKE_BUILD_RPATH=$ORIGIN/lib' \
    -DCMAKE_EXE_LINKER_FLAGS=-Wl,--disable-new-dtags,--as-needed -DSPARSECONV_ONEDNN_LIBRARY=OFF "$@"
  for program in "${programs[@]}"; do
    found=$(find "$build" -name "$program" -type f -perm -u+x -print -quit)
    [[ -n $found ]] || continue
    cp "$found" "$to/$program" || stop "$found cannot be copied"
    copy_libraries "$found" "$to/lib"
  done
  data=$(sed -n 's/^SPARSECONV_DATA_DIR:[A-Z]*=//p' "$build/CMakeCache.txt")
  for scan in "${scans[@]}"; do
    [[ ! -e $data/$scan ]] || cp "$data/$scan" "$to/data" || stop "$data/$scan cannot be copied"
  done
  chmod -R u+w "$to/data"
  cp "$script" "$to/gpu.sh" || stop "the script cannot be copied"
  bytes=$(find "$to" -type f -printf '%s\n' | { sum=0; while read -r size; do sum=$((sum + size)); done; echo "$sum"; })
  find "$to" -type f -printf '%10s %P\n'
  echo "gpu.sh: $to takes $bytes bytes"
  ((bytes <= packed_most)) || stop "that is more than $packed_most: name fewer architectures"
}

all() {
  local build=${SPARSECONV_GPU_BUILD:-build/gpu} status=0 what
  find_gpu
  build "$build" -DCMAKE_CUDA_ARCHITECTURES=native "$@"
  for what in correct sanitize measure; do "$script" "$what" "$build" "$build/results" || status=1; done
  echo "gpu.sh: all results are in $build/results"
  exit "$status"
}

# ----- The machine -----

find_gpu() {
  command -v nvidia-smi >/dev/null ||
    stop "there is no nvidia-smi, hence no NVIDIA driver: a machine with a GPU is needed"
  local query=name,compute_cap,driver_version,clocks.max.sm,power.limit,memory.total
  if ! gpus=$(nvidia-smi "--query-gpu=$query" --format=csv,noheader 2>&1) || [[ $gpus != *,* ]]; then
    stop "nvidia-smi finds no GPU: ${gpus:-it says nothing}"
  fi
}

# find_libraries <program>: libraries that are not where it looks for them, as cuBLAS in a Python package, go to
# LD_LIBRARY_PATH. Those that are nowhere are added to `missing`.
find_libraries() {
  local name rest path folders=(/usr/local/cuda/ /usr/local /usr /opt "${HOME:-/root}" /)  # the likely ones first
  while read -r name rest; do
    [[ $rest == *"not found"* ]] || continue
    path=$(timeout 20 find "${folders[@]}" -xdev -name "$name" -print -quit 2>/dev/null)
    if [[ -n $path ]]; then
      LD_LIBRARY_PATH=${LD_LIBRARY_PATH:+$LD_LIBRARY_PATH:}${path%/*}
      export LD_LIBRARY_PATH
    else
      missing+=" $name"
    fi
  done <<<"$(ldd "$1" 2>&1)"
}

# program <name>: where it lies in the folder, be that packed or of a build; nothing if it does not.
program() { find "$folder" -name "$1" -type f -perm -u+x -print -quit; }

# nvidia_tool <name>: its path, if the machine has it.
nvidia_tool() {
  command -v "$1" || find /usr/local/cuda/bin /usr/local/cuda*/bin /opt/nvidia/nsight-compute -name "$1" \
    ! -type d -perm -u+x -print -quit 2>/dev/null
}

# ----- Parts of a call -----

report=()
failed=0
passed_parts=0  # and tests

left() { echo $((end - SECONDS)); }
at_most() { echo $(($1 < end - SECONDS ? $1 : end - SECONDS)); }
section() { printf '\n===== %s (%d s) =====\n' "$1" "$SECONDS"; }
note() { report+=("$1: $2"); }
note_failure() {
  note "$1" "$2"
  failed=1
}

# list_tests <filter>: names as --gtest_filter takes them.
list_tests() {
  local line suite=
  "$tests" --gtest_list_tests "--gtest_filter=$1" | while IFS= read -r line; do
    line=${line%%  # *}
    case $line in
      "  "*) echo "$suite${line#  }" ;;
      *.) suite=$line ;;
    esac
  done
}

# one_test <name> <most seconds> [tool...]: a line PASS|FAIL|STOP|SKIP seconds name, and of what failed the log, printed
# and added to the file $lines. At most 4096 bytes, which a pipe takes in one piece from each of several writers.
one_test() {
  local name=$1 most=$2 begin=$SECONDS status=0 line log
  shift 2
  log=$logs/${name//[^A-Za-z0-9_]/_}
  timeout --kill-after=5 "$most" "$@" "$tests" --gtest_brief=1 "--gtest_filter=$name" >"$log" 2>&1 || status=$?
  case $status in
    0) line="PASS $((SECONDS - begin)) s $name" ;;
    124 | 137) line="STOP $((SECONDS - begin)) s $name" ;;
    *) line="FAIL $((SECONDS - begin)) s $name (exit code $status)" ;;
  esac
  if [[ $status == 0 ]] && grep -q '^\[  SKIPPED' "$log"; then
    line="SKIP $((SECONDS - begin)) s $name ($(grep -m 1 -A 1 ': Skipped$' "$log" | tail -n 1))"
  fi
  if [[ $line == PASS* || $line == SKIP* ]]; then
    rm "$log"
  else
    line+=$(printf '\n'; grep -vE '^\s*$|^\[=|^Note: ' "$log" | head -n 25 | cut -c 1-150 | sed 's/^/     | /')
    mv "$log" "$log.failed"
  fi
  printf '%s\n' "$line" >>"$lines"
  printf '%s\n' "$line"
}

# run_tests <title> <filter> <at once> <most seconds in all> <most seconds each> [tool...]: each test is a process of its
# own, as after an illegal access a process can do nothing more.
run_tests() {
  local title=$1 filter=$2 at_once=$3 until=$((SECONDS + $(at_most "$4"))) each=$5 running=0 not_run=0
  local names name log word rest passed=0 failing=0 stopped=0 skipped=0 no_gpu=0 lines=$logs/lines
  shift 5
  section "$title"
  mapfile -t names <<<"$(list_tests "$filter")"
  if [[ -z ${names[0]} ]]; then
    note_failure "$title" "FAILED: $tests lists no test for $filter"
    return
  fi
  : >"$lines"
  for name in "${names[@]}"; do
    while ((running >= at_once)); do
      wait -n
      running=$((running - 1))
    done
    if ((SECONDS + 5 > until)); then
      not_run=$((not_run + 1))
      continue
    fi
    one_test "$name" $((each < until - SECONDS ? each : until - SECONDS)) "$@" &
    running=$((running + 1))
  done
  wait
  while read -r word _ _ rest; do
    case $word in
      PASS) passed=$((passed + 1)) ;;
      FAIL) failing=$((failing + 1)) ;;
      STOP) stopped=$((stopped + 1)) ;;
      SKIP)
        skipped=$((skipped + 1))
        [[ $rest != *"(no GPU"* ]] || no_gpu=$((no_gpu + 1))
        ;;
    esac
  done <"$lines"
  for log in "$logs"/*.failed; do
    [[ -e $log ]] || continue
    { echo "===== $what: $title: $(basename "$log" .failed)"; head -c 200000 "$log"; } >>"$results/failures.txt"
    rm "$log"
  done
  local sentence="$passed passed, $failing failed, $stopped stopped, $skipped skipped, $not_run not run for want of time"
  ((no_gpu == 0)) || sentence+="; the CUDA runtime found no GPU for $no_gpu of them"
  passed_parts=$((passed_parts + passed))
  if ((failing + stopped + no_gpu + not_run > 0)); then
    note_failure "$title" "FAILED: $sentence"
  else
    note "$title" "$sentence"
  fi
}

# What programs say that then end with exit code 0.
failed_anyway='Failed to match any benchmarks|ERROR OCCURRED|No kernels were profiled|==ERROR=='

# run <title> <most seconds> <program> [arguments...]: notes how it ended.
run() {
  local title=$1 most status=0 log=$logs/run
  : >"$log"
  most=$(at_most "$2")
  shift 2
  section "$title"
  if ((most < 5)); then
    note_failure "$title" "FAILED: not run for want of time"
    return
  fi
  timeout --kill-after=5 "$most" "$@" 2>&1 | tee "$log"
  status=${PIPESTATUS[0]}
  if [[ $status == 124 || $status == 137 ]]; then
    note_failure "$title" "STOPPED at its limit of $most s"
  elif [[ $status != 0 ]]; then
    note_failure "$title" "FAILED, exit code $status: $(grep -v '^\s*$' "$log" | tail -n 1 | cut -c 1-200)"
  elif grep -qE "$failed_anyway" "$log"; then
    note_failure "$title" "FAILED: $(grep -m 1 -E "$failed_anyway" "$log" | cut -c 1-200)"
  else
    note "$title" "passed"
    passed_parts=$((passed_parts + 1))
  fi
}

# run_benchmark <title> <most seconds> <program> [arguments...]: the program is looked for in the folder.
run_benchmark() {
  local title=$1 most=$2 name=$3 found missing=
  shift 3
  found=$(program "$name")
  if [[ -z $found ]]; then
    note "$title" "not run: the folder has no $name"
    return
  fi
  find_libraries "$found"
  if [[ -n $missing ]]; then
    note_failure "$title" "FAILED: not run, as the machine lacks$missing"
    return
  fi
  run "$title" "$most" "$found" --benchmark_counters_tabular=true "$@"
}

# ----- The calls -----

# Ten processes, and ten runs in each.
compare_bits() {
  local title="The same bits in ten processes" log=$logs/bits
  section "$title"
  : >"$log"
  for _ in 1 2 3 4 5 6 7 8 9 10; do
    (($(left) > 5)) || break
    timeout --kill-after=5 "$(at_most 60)" "$tests" --gtest_brief=1 '--gtest_filter=SameBits.*' 2>&1 |
      grep -m 1 -E '^fingerprint|no GPU|Failure|error' >>"$log"
  done
  sort "$log" | uniq -c
  if [[ $(grep -c '^fingerprint' "$log") == 10 && $(sort -u "$log" | wc -l) == 1 ]]; then
    note "$title" "passed"
  elif [[ ! -s $log ]]; then
    note_failure "$title" "FAILED: not run for want of time, or without a word"
  else
    note_failure "$title" "FAILED: $(grep -c '^fingerprint' "$log") of 10 printed a fingerprint; see the lines above"
  fi
}

correct() {
  run_tests "One test with every kernel loaded" GpuPolicy.TakesTheStreamOfTheThread 1 60 60 \
    env CUDA_MODULE_LOADING=EAGER
  run_tests "Tests" '*' 6 300 60
  run_tests "Graphs, captures and the legacy stream, every kernel loaded" '*Graph*:*Capture*:*TouchesNoDefaultStream*' \
    1 60 60 env CUDA_MODULE_LOADING=EAGER
  compare_bits
  run_benchmark "Limits" 90 limits_cuda_benchmark --benchmark_min_time=0.02
  run_benchmark "First numbers" "$(left)" convolution_cuda_benchmark --benchmark_min_time=0.05 \
    '--benchmark_filter=implicit_gemm/half/(64|128|256)-.*/(simulated|waymo_x8|simulated_x8)(/|$)'
}

sanitize() {
  local sanitizer tool name share=45 left_over=100
  sanitizer=$(nvidia_tool compute-sanitizer)
  if [[ -z $sanitizer ]]; then
    note_failure "compute-sanitizer" "FAILED: not run, as it is not installed"
    return
  fi
  # Not those that are large on purpose or make calls fail, nor the one that finds the default stream touched, as the
  # tools do touch it.
  local few='-EveryTile*:LargeIndex*:SameBits*:*CountsBeyond32Bits*:*SaysThatItIsFull*:*ReadsTheSource*'
  few+=':*TouchesNoDefaultStream*'
  for tool in "memcheck --track-stream-ordered-races all" racecheck synccheck initcheck; do
    name=${tool%% *}
    [[ $name == memcheck ]] || share=$(((100 - 45) / 3))
    # shellcheck disable=SC2086
    run_tests "Tests under $name" "$few" 6 $(($(left) * share / left_over)) 100 "$sanitizer" --tool $tool \
      --error-exitcode 9 --report-api-errors no --print-limit 5
    left_over=$((left_over - share))
  done
}

profile() {
  local ncu channels metrics wanted found title="Metrics of ncu"
  ncu=$(nvidia_tool ncu)
  found=$(program convolution_cuda_benchmark)
  if [[ -z $ncu ]]; then
    note "$title" "not run: ncu is not installed"
    return
  fi
  if [[ -z $found ]]; then
    note "$title" "not run: the folder has no convolution_cuda_benchmark"
    return
  fi
  metrics=sm__inst_executed_pipe_tensor_op_hmma.avg.pct_of_peak_sustained_active
  metrics+=,l1tex__data_pipe_lsu_wavefronts_mem_shared.avg.pct_of_peak_sustained_elapsed
  metrics+=,l1tex__data_bank_conflicts_pipe_lsu_mem_shared.sum,lts__t_bytes.sum,lts__t_sector_hit_rate.pct
  metrics+=,dram__bytes_read.sum,dram__bytes_write.sum
  wanted='Duration|Throughput|pct_of_peak|onflicts|hit_rate|lts__t_bytes|dram__bytes|Waves|Achieved|Stall|Registers'
  section "$title"
  for channels in 64 128 256; do
    # The third launch: the first two load the kernel and fill the pool.
    run "$title, $channels channels" 45 "$ncu" --clock-control none -k regex:run_kernel -s 2 -c 1 \
      --section SpeedOfLight --section MemoryWorkloadAnalysis --section MemoryWorkloadAnalysis_Tables \
      --section ComputeWorkloadAnalysis --section WarpStateStats --section Occupancy --section LaunchStats \
      --metrics "$metrics" "$found" --benchmark_min_time=0.001 \
      "--benchmark_filter=implicit_gemm/half/$channels-.*_x8(/|\$)" >>"$results/ncu.txt"
    grep -E "$wanted" "$logs/run" | cut -c 1-140
  done
}

measure() {
  local name most cores
  for name in "${gpu_benchmarks[@]}"; do
    [[ $name == convolution ]] && most=$(($(left) * 3 / 10)) || most=$(($(left) * 2 / 7))
    run_benchmark "Benchmark of $name" "$most" "${name}_cuda_benchmark" --benchmark_min_time=0.1 \
      '--benchmark_filter=waymo|_x8' "--benchmark_out=$results/$name.json"
  done
  profile
  cores=$(nproc)
  if ((cores <= 4)); then
    note "Threads of the CPU" "not run: the machine has $cores cores, and more than four are wanted"
    return
  fi
  run_benchmark "Threads of the CPU: SECOND" $(($(left) * 2 / 3)) second_benchmark --benchmark_min_time=1 \
    '--benchmark_filter=/(simulated|waymo)/threads:(1|2|4|8|16)(/|$)'
  run_benchmark "Threads of the CPU: a layer" "$(left)" gather_gemm_scatter_benchmark --benchmark_min_time=0.3 \
    '--benchmark_filter=^sub3/64-64/(simulated|waymo)/threads:(1|2|4|8|16)(/|$)'
}

# call <what>: the call, from the machine's description to the summary.
call() {
  section "$1"
  echo "$gpus"
  echo "$(nproc) cores, $(sed -n 's/^model name\s*: //p' /proc/cpuinfo 2>/dev/null | head -n 1)"
  tests=$(program tests_cuda)
  if [[ -z $tests && $1 != measure ]]; then
    stop "there is no tests_cuda in $folder"
  fi
  "$1"
  section "Summary of $1"
  printf '%s\n' "${report[@]}"
  ((passed_parts > 0)) || failed=1
  ((failed == 0)) && echo "gpu.sh $1: PASSED" || echo "gpu.sh $1: FAILED"
  return "$failed"
}

what=${1:-all}
case $what in
  correct | sanitize | measure)
    find_gpu
    (($# == 3)) || stop "$what takes two folders: that of the programs, and that for the results"
    [[ -d $2 ]] || stop "there is no folder $2"
    mkdir -p "$3" || stop "$3 cannot be made"
    folder=$(realpath "$2") results=$(realpath "$3")
    end=$((SECONDS + ${SPARSECONV_GPU_SECONDS:-530}))
    logs=$(mktemp -d) || stop "there is no room for logs"
    trap 'rm -rf "$logs"' EXIT
    [[ ! -d $folder/data ]] || export SPARSECONV_DATA_DIR=$folder/data
    call "$what" 2>&1 | tee -a "$results/$what.txt"
    exit "${PIPESTATUS[0]}"
    ;;
  pack)
    shift
    pack "$@"
    ;;
  all)
    shift $(($# > 0))
    all "$@"
    ;;
  -D*) all "$@" ;;
  *) stop "$what is none of pack, correct, sanitize, measure and all" ;;
esac
