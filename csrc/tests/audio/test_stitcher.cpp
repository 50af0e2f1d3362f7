// The stitcher's states and errors; its samples are compared with the Python reference in
// tests/synthesis/test_stitcher.py.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <vector>

#include "kokoro_fast/stitcher.h"

namespace {

using kokoro_fast::Stitcher;
using Samples = std::vector<float>;

void append(Samples& all, const Samples& more) { all.insert(all.end(), more.begin(), more.end()); }

Samples ramp(int64_t n) {
  Samples samples(n);
  for (int64_t i = 0; i < n; ++i) samples[i] = static_cast<float>(i + 1);
  return samples;
}

Samples stitch(Stitcher& stitcher, const std::vector<int64_t>& pauses, size_t piece) {
  Samples all;
  for (const int64_t pause : pauses) {
    const Samples chunk = ramp(50);
    stitcher.begin(50, 3, 4, pause);
    for (size_t i = 0; i < chunk.size(); i += piece) {
      append(all, stitcher.push(&chunk[i], static_cast<int64_t>(std::min(piece, chunk.size() - i))));
    }
    stitcher.end();
  }
  const int64_t length = stitcher.position();
  append(all, stitcher.flush());
  EXPECT_EQ(static_cast<int64_t>(all.size()), length);
  return all;
}

TEST(Stitcher, PiecesOfAnySizeGiveTheSameSamples) {
  Stitcher stitcher(8);
  const Samples whole = stitch(stitcher, {0, 5, 0, 0}, 50);
  ASSERT_EQ(whole.size(), 43u - 8 + 43 + 5 + 43 - 8 + 43);
  for (const size_t piece : {1, 2, 7, 49}) EXPECT_EQ(stitch(stitcher, {0, 5, 0, 0}, piece), whole);
}

TEST(Stitcher, BeginTellsWhereTheChunkLands) {
  Stitcher stitcher(8);
  const Samples chunk = ramp(50);
  EXPECT_EQ(stitcher.begin(50, 3, 4, 0), 0);
  stitcher.push(chunk.data(), 50);
  stitcher.end();
  EXPECT_EQ(stitcher.begin(50, 0, 0, 6), 43 - 8);
  stitcher.push(chunk.data(), 50);
  stitcher.end();
  EXPECT_EQ(stitcher.begin(1, 0, 0, 0), 43 - 8 + 50 + 6);
}

TEST(Stitcher, EqualPower) {
  Stitcher stitcher(100);
  const Samples ones(200, 1);
  Samples all;
  for (int i = 0; i < 2; ++i) {
    stitcher.begin(200, 0, 0, 0);
    append(all, stitcher.push(ones.data(), 200));
    stitcher.end();
  }
  append(all, stitcher.flush());
  ASSERT_EQ(all.size(), 300u);
  for (int64_t i = 0; i < 100; ++i) {  // cos + sin of one angle
    const double angle = (static_cast<double>(i) + 0.5) / 100 * 1.57079632679489661923;
    EXPECT_LT(std::abs(all[100 + i] - (std::cos(angle) + std::sin(angle))), 1e-6);
  }
}

TEST(Stitcher, MisuseIsAnErrorAndChangesNothing) {
  const Samples chunk = ramp(10);
  EXPECT_THROW(Stitcher(-1), std::invalid_argument);
  Stitcher stitcher(4);
  EXPECT_THROW(stitcher.push(chunk.data(), 1), std::invalid_argument);
  EXPECT_THROW(stitcher.end(), std::invalid_argument);
  EXPECT_THROW(stitcher.begin(10, 6, 5, 0), std::invalid_argument);
  EXPECT_THROW(stitcher.begin(10, 0, 0, -1), std::invalid_argument);
  EXPECT_THROW(stitcher.begin(10, INT64_MAX, INT64_MAX, 0), std::invalid_argument);
  stitcher.begin(10, 0, 0, 0);
  EXPECT_THROW(stitcher.begin(10, 0, 0, 0), std::invalid_argument);
  EXPECT_THROW(stitcher.push(chunk.data(), 11), std::invalid_argument);
  EXPECT_THROW(stitcher.end(), std::invalid_argument);
  EXPECT_THROW(stitcher.flush(), std::invalid_argument);
  Samples all = stitcher.push(chunk.data(), 10);
  stitcher.end();
  append(all, stitcher.flush());
  EXPECT_EQ(all, chunk);
}

TEST(Stitcher, CancelStartsAnew) {
  const Samples chunk = ramp(10);
  Stitcher stitcher(4);
  stitcher.begin(10, 0, 0, 3);
  stitcher.push(chunk.data(), 5);
  stitcher.cancel();
  EXPECT_EQ(stitcher.position(), 0);
  EXPECT_TRUE(stitcher.flush().empty());
}

}  // namespace
