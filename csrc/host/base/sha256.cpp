#include "base/sha256.h"

#include <algorithm>
#include <atomic>
#include <cstdio>
#include <cstring>
#include <memory>
#include <vector>

#include "base/files.h"

#if defined(__x86_64__) && defined(__GNUC__)
#define KOKORO_FAST_SHA_NI
#include <cpuid.h>
#include <immintrin.h>
#endif

namespace kokoro_fast {
namespace {

constexpr size_t kBlock = 64;

constexpr std::array<uint32_t, 64> kRound = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
    0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
    0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
    0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2};

constexpr uint32_t rotated(uint32_t x, int right) { return (x >> right) | (x << (32 - right)); }

uint32_t big_endian(const uint8_t* bytes) {
  return uint32_t{bytes[0]} << 24 | uint32_t{bytes[1]} << 16 | uint32_t{bytes[2]} << 8 | uint32_t{bytes[3]};
}

using Compress = void (*)(uint32_t* state, const uint8_t* blocks, size_t n_blocks);

void compress_portable(uint32_t* state, const uint8_t* blocks, size_t n_blocks) {
  for (; n_blocks > 0; --n_blocks, blocks += kBlock) {
    uint32_t words[64];
    for (int i = 0; i < 16; ++i) words[i] = big_endian(blocks + 4 * i);
    for (int i = 16; i < 64; ++i) {
      const uint32_t w15 = words[i - 15];
      const uint32_t w2 = words[i - 2];
      const uint32_t low = rotated(w15, 7) ^ rotated(w15, 18) ^ (w15 >> 3);
      const uint32_t high = rotated(w2, 17) ^ rotated(w2, 19) ^ (w2 >> 10);
      words[i] = words[i - 16] + low + words[i - 7] + high;
    }
    uint32_t a = state[0], b = state[1], c = state[2], d = state[3];
    uint32_t e = state[4], f = state[5], g = state[6], h = state[7];
    for (int i = 0; i < 64; ++i) {
      const uint32_t sum_e = rotated(e, 6) ^ rotated(e, 11) ^ rotated(e, 25);
      const uint32_t choice = (e & f) ^ (~e & g);
      const uint32_t first = h + sum_e + choice + kRound[i] + words[i];
      const uint32_t sum_a = rotated(a, 2) ^ rotated(a, 13) ^ rotated(a, 22);
      const uint32_t majority = (a & b) ^ (a & c) ^ (b & c);
      h = g, g = f, f = e, e = d + first;
      d = c, c = b, b = a, a = first + sum_a + majority;
    }
    const uint32_t added[8] = {a, b, c, d, e, f, g, h};
    for (int i = 0; i < 8; ++i) state[i] += added[i];
  }
}

#ifdef KOKORO_FAST_SHA_NI

bool cpu_has_instructions() {
  unsigned a = 0, b = 0, c = 0, d = 0;
  const bool has_sha = __get_cpuid_count(7, 0, &a, &b, &c, &d) != 0 && (b & (1U << 29)) != 0;
  return has_sha && __builtin_cpu_supports("sse4.1");
}

// The instructions keep the state as ABEF and CDGH, and do two rounds each.
__attribute__((target("sha,sse4.1"))) void compress_instructions(uint32_t* state, const uint8_t* blocks,
                                                                 size_t n_blocks) {
  const __m128i swap_bytes = _mm_set_epi64x(0x0c0d0e0f08090a0b, 0x0405060700010203);
  const __m128i abcd = _mm_loadu_si128(reinterpret_cast<const __m128i*>(state));
  const __m128i efgh = _mm_loadu_si128(reinterpret_cast<const __m128i*>(state + 4));
  const __m128i badc = _mm_shuffle_epi32(abcd, 0xb1);
  const __m128i hgfe = _mm_shuffle_epi32(efgh, 0x1b);
  __m128i abef = _mm_alignr_epi8(badc, hgfe, 8);
  __m128i cdgh = _mm_blend_epi16(hgfe, badc, 0xf0);

  for (; n_blocks > 0; --n_blocks, blocks += kBlock) {
    const __m128i abef_before = abef;
    const __m128i cdgh_before = cdgh;
    __m128i words[4];  // the 16 words that the next 16 rounds use
    for (int i = 0; i < 4; ++i) {
      words[i] = _mm_shuffle_epi8(_mm_loadu_si128(reinterpret_cast<const __m128i*>(blocks) + i), swap_bytes);
    }
#pragma GCC unroll 16
    for (int group = 0; group < 16; ++group) {  // four rounds
      __m128i& now = words[group & 3];
      if (group >= 4) {
        const __m128i& one_before = words[(group + 3) & 3];
        const __m128i& two_before = words[(group + 2) & 3];
        const __m128i& three_before = words[(group + 1) & 3];
        now = _mm_sha256msg1_epu32(now, three_before);
        now = _mm_add_epi32(now, _mm_alignr_epi8(one_before, two_before, 4));
        now = _mm_sha256msg2_epu32(now, one_before);
      }
      const __m128i constants = _mm_loadu_si128(reinterpret_cast<const __m128i*>(kRound.data() + 4 * group));
      const __m128i added = _mm_add_epi32(now, constants);
      cdgh = _mm_sha256rnds2_epu32(cdgh, abef, added);
      abef = _mm_sha256rnds2_epu32(abef, cdgh, _mm_shuffle_epi32(added, 0x0e));
    }
    abef = _mm_add_epi32(abef, abef_before);
    cdgh = _mm_add_epi32(cdgh, cdgh_before);
  }

  const __m128i feba = _mm_shuffle_epi32(abef, 0x1b);
  const __m128i dchg = _mm_shuffle_epi32(cdgh, 0xb1);
  _mm_storeu_si128(reinterpret_cast<__m128i*>(state), _mm_blend_epi16(feba, dchg, 0xf0));
  _mm_storeu_si128(reinterpret_cast<__m128i*>(state + 4), _mm_alignr_epi8(dchg, feba, 8));
}

Compress best_compress() { return cpu_has_instructions() ? compress_instructions : compress_portable; }

#else

Compress best_compress() { return compress_portable; }

#endif

std::atomic<Compress>& compress_in_use() {
  static std::atomic<Compress> chosen = best_compress();
  return chosen;
}

}  // namespace

void Sha256::update(const void* data, size_t n_bytes) {
  if (n_bytes == 0) return;
  const Compress compress = compress_in_use();
  const uint8_t* bytes = static_cast<const uint8_t*>(data);
  const size_t waiting = n_bytes_ % kBlock;
  n_bytes_ += n_bytes;
  if (waiting > 0) {
    const size_t taken = std::min(kBlock - waiting, n_bytes);
    std::memcpy(block_.data() + waiting, bytes, taken);
    if (waiting + taken < kBlock) return;
    compress(state_.data(), block_.data(), 1);
    bytes += taken;
    n_bytes -= taken;
  }
  compress(state_.data(), bytes, n_bytes / kBlock);
  std::memcpy(block_.data(), bytes + n_bytes / kBlock * kBlock, n_bytes % kBlock);
}

std::string Sha256::hex_digest() {
  const uint64_t n_bits = n_bytes_ * 8;
  std::array<uint8_t, kBlock + 8> end = {
      0x80};  // then zeros up to the last eight bytes of a block, which hold the length
  const size_t n_padding = 1 + (2 * kBlock - 9 - n_bytes_ % kBlock) % kBlock;
  for (int i = 0; i < 8; ++i) end[n_padding + i] = static_cast<uint8_t>(n_bits >> (56 - 8 * i));
  update(end.data(), n_padding + 8);

  std::string digits;
  for (const uint32_t word : state_) {
    for (int shift = 28; shift >= 0; shift -= 4) digits += "0123456789abcdef"[word >> shift & 15];
  }
  return digits;
}

std::string sha256(std::string_view data) {
  Sha256 hash;
  hash.update(data.data(), data.size());
  return hash.hex_digest();
}

Result<std::string> sha256_file(const std::filesystem::path& path, uint64_t n_bytes) {
  Sha256 hash;
  const Status status =
      read_blocks(path, n_bytes, [&hash](const char* data, size_t n_read) { hash.update(data, n_read); });
  if (!status) return status;
  return hash.hex_digest();
}

bool sha256_has_instructions() { return compress_in_use() != compress_portable; }

void sha256_use_instructions(bool wanted) { compress_in_use() = wanted ? best_compress() : compress_portable; }

}  // namespace kokoro_fast
