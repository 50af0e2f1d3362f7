// SHA-256 with and without the CPU's instructions: the examples of FIPS 180-4, and every way to cut the data.
#include <gtest/gtest.h>

#include <string>

#include "base/sha256.h"
#include "support/scratch.h"

namespace {

using kokoro_fast::Code;
using kokoro_fast::Sha256;
using kokoro_fast::sha256;
using kokoro_fast::sha256_file;

// Runs the test for the CPU's instructions, if it has them, and for plain C++.
template <class Test>
void both_ways(Test test) {
  test();
  kokoro_fast::sha256_use_instructions(false);
  EXPECT_FALSE(kokoro_fast::sha256_has_instructions());
  test();
  kokoro_fast::sha256_use_instructions(true);
}

std::string pattern(size_t n) {
  std::string bytes(n, '\0');
  for (size_t i = 0; i < n; ++i) bytes[i] = static_cast<char>(i * i + 7 * i);
  return bytes;
}

TEST(Sha256, Examples) {
  both_ways([] {
    EXPECT_EQ(sha256(""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    EXPECT_EQ(sha256("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    EXPECT_EQ(sha256("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq"),
              "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
    EXPECT_EQ(
        sha256("abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmnhijklmnoijklmnopjklmnopqklmnopqrlmnopqrsmnop"
               "qrstnopqrstu"),
        "cf5b16a778af8380036ce59e7b0492370b249b11e8f07a51afac45037afee9d1");
    EXPECT_EQ(sha256(std::string(1'000'000, 'a')), "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
  });
}

TEST(Sha256, OfEveryLengthIsThatOfItsPieces) {
  for (size_t n = 0; n < 200; ++n) {
    const std::string data = pattern(n);
    const std::string expected = sha256(data);
    both_ways([&] {
      for (const size_t piece : {1, 3, 63, 64, 65}) {
        Sha256 hash;
        for (size_t at = 0; at < n; at += piece) hash.update(data.data() + at, std::min(piece, n - at));
        EXPECT_EQ(hash.hex_digest(), expected);
      }
    });
  }
}

TEST(Sha256, OfAFile) {
  const Scratch scratch;
  const std::string data = pattern((1 << 19) + 321);
  scratch.write("data", data);
  const auto digest = sha256_file(scratch / "data", data.size());
  ASSERT_TRUE(digest.ok()) << digest.message();
  EXPECT_EQ(*digest, sha256(data));
  scratch.write("empty", "");
  EXPECT_EQ(*sha256_file(scratch / "empty", 0), sha256(""));
}

TEST(Sha256, OfAFileThatIsNotAsExpected) {
  const Scratch scratch;
  scratch.write("data", "12345");
  check_error(sha256_file(scratch / "data", 6), Code::damaged_file, "expected 6 bytes, got 5");
  check_error(sha256_file(scratch / "data", 4), Code::damaged_file, "expected 4 bytes, got 5");
  check_error(sha256_file(scratch / "gone", 5), Code::missing_file, "gone: expected a file");
  check_error(sha256_file(scratch.path(), 5), Code::missing_file, "got: a folder");
  check_error(sha256_file("/dev/zero", 5), Code::missing_file, "got: a device");
}

}  // namespace
