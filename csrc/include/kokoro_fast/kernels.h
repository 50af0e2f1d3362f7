// The element kernels of the model: raw pointers and sizes, no torch, no Python.
//
// Shapes: B batch, C channels, T time steps, K frequency bins, N spectrum
// frames, S samples. Arrays are dense and row-major; the last dimension is contiguous.
#pragma once

#include <cstdint>

namespace kokoro_fast {

// Runs body(begin, end, context) over pieces of [begin, end) that together cover it once. Callers inject their own
// thread pool; a piece smaller than `grain` is not worth a thread.
using ParallelBody = void (*)(int64_t begin, int64_t end, void* context);
using ParallelFor = void (*)(int64_t begin, int64_t end, int64_t grain, ParallelBody body, void* context);

// The ParallelFor of one thread.
void serial_for(int64_t begin, int64_t end, int64_t grain, ParallelBody body, void* context);

// Adaptive instance normalization over time, then Snake: y + sin(alpha * y)^2 / alpha.
struct AdainSnake {
  const float* x;          // (B, C, T)
  const float* scale;      // (B, C)
  const float* shift;      // (B, C)
  const float* alpha;      // (C,)
  const int64_t* lengths;  // (B,), each 0 to T, or null for T; steps from lengths[b] on become 0
  float* y;                // (B, C, T)
  int64_t batch;
  int64_t channels;
  int64_t steps;  // T
};
void adain_snake(const AdainSnake& args, ParallelFor parallel_for);

// Inverse of a centered short-time Fourier transform given in polar form. n_fft = 2 * (K - 1), S = (N - 1) * hop.
struct Istft {
  const float* magnitude;  // (B, K, N)
  const float* phase;      // (B, K, N), radians
  const float* window;     // (n_fft,)
  float* samples;          // (B, S)
  int64_t batch;
  int64_t bins;    // K, at least 2
  int64_t frames;  // N, at least 2
  int64_t hop;     // 1 to n_fft
};
// Throws std::invalid_argument if the squared windows do not cover every sample.
void istft(const Istft& args, ParallelFor parallel_for);

// The same transform of the network's output: log magnitudes, and angles whose sine is the phase.
struct IstftRows {
  const float* x;       // (N, 2 * K), log magnitudes in the first half of each row
  const float* window;  // (n_fft,)
  float* samples;       // (S,)
  int64_t bins;         // K, at least 2
  int64_t frames;       // N, at least 2
  int64_t hop;          // 1 to n_fft
};
void istft_rows(const IstftRows& args, ParallelFor parallel_for);

// Magnitude and phase of complex numbers. A zero's phase is 0 or pi, as its signs say.
struct PolarRows {
  const float* complex;  // (N, K, 2), real and imaginary parts
  float* rows;           // (N, 2 * K), magnitudes in the first half of each row
  int64_t frames;
  int64_t bins;
};
void polar_rows(const PolarRows& args, ParallelFor parallel_for);

// A sum of sines that follow the pitch, and noise. H half-frames, S = H * hop samples.
struct HarmonicSource {
  const float* f0;      // (B, H), Hz
  const float* noise;   // (B, S)
  const float* weight;  // (n_sines,), of the sines at 1, 2, 3 ... times the pitch
  float* samples;       // (B, S)
  int64_t batch;
  int64_t half_frames;
  int64_t hop;
  int64_t n_sines;
  float bias;
  float sample_rate;
  float amplitude;  // of every sine, before its weight
  float voiced_noise;
  float unvoiced_noise;
  float voiced_hz;  // a half-frame whose pitch is not above this is unvoiced: it has no sines
};
void harmonic_source(const HarmonicSource& args, ParallelFor parallel_for);

constexpr int64_t kLstmPanel = 64;  // gates that are summed at once

// The sequential part of an LSTM layer. The input's share of the gates is computed beforehand.
struct Lstm {
  // (T, D, 4 * H): the input's share, biases included, in torch's order: input, forget, candidate, output.
  const float* gates;
  const float* weight;  // (D, 4 * H / kLstmPanel, H, kLstmPanel): the weights of the state
  float* y;             // (T, D * H)
  int64_t steps;        // T
  int64_t directions;   // D; the second one runs backward
  int64_t hidden;       // H, a multiple of kLstmPanel / 4
};
void lstm(const Lstm& args, ParallelFor parallel_for);

// 16-bit PCM of samples in [-1, 1]: clipped, times 32767, rounded to nearest (ties to even). NaN becomes silence.
void float_to_pcm16(const float* samples, int16_t* pcm, int64_t n_samples);

// Instruction sets the kernels are compiled for, from the plainest to the widest.
enum class Isa { generic, avx2, avx512 };
const char* isa_name(Isa isa);
bool isa_compiled(Isa isa);
bool isa_supported(Isa isa);  // compiled, and this CPU runs it

// The set the kernels use: the widest supported, or the one that the environment variable KOKORO_FAST_ISA names.
// Settled at the first call. Throws std::invalid_argument if the variable names one that cannot be used.
Isa isa_in_use();
// Overrides the choice, for tests; not while kernels run. Throws std::invalid_argument like isa_in_use.
void use_isa(Isa isa);

}  // namespace kokoro_fast
