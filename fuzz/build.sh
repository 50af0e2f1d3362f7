#!/usr/bin/env bash
# Builds the fuzz targets in C++ into the folder $OUT, with their seed corpora and dictionaries, in the manner of
# OSS-Fuzz: CC, CXX, CFLAGS, CXXFLAGS and LIB_FUZZING_ENGINE say how. `fuzz/run` calls it, too.
set -euo pipefail
: "${OUT:?expected the folder that the targets go to}" "${LIB_FUZZING_ENGINE:?expected a fuzzing engine}"
fuzz=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
build=${WORK:-$OUT}/build

mkdir -p "$OUT"
cmake -S "$fuzz/.." -B "$build" -DKOKORO_FAST_FUZZING_ENGINE="$LIB_FUZZING_ENGINE"
cmake --build "$build" --parallel "$(nproc)"
cp "$build"/fuzz/fuzz_* "$OUT"

for corpus in "$fuzz"/corpus/*/; do
  name=$(basename "$corpus")
  [[ -x $OUT/fuzz_$name ]] || continue
  python3 -m zipfile -c "$OUT/fuzz_${name}_seed_corpus.zip" "$corpus"*
  if [[ -f $fuzz/$name.dict ]]; then cp "$fuzz/$name.dict" "$OUT/fuzz_$name.dict"; fi
done
