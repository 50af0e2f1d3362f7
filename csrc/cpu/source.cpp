// The harmonic source: phases at the half-frames, then one pass over the samples.
#include <algorithm>
#include <cmath>
#include <vector>

#include "vector_kernels.h"

namespace kokoro_fast {
namespace {

constexpr int64_t kGrain = 32;  // fewer half-frames are not worth a thread
constexpr float kPi = 3.14159274F;

float wrapped_to_one_turn(float turns) {
  const float rest = std::fmod(turns, 1.0F);
  return rest < 0.0F ? rest + 1.0F : rest;
}

// Phases (B, H, n_sines) in radians, in the middle of every half-frame. The order of roundings is the reference's:
// float throughout, except for the running sum, which torch holds in double.
std::vector<float> phases_of(const HarmonicSource& args) {
  std::vector<float> phases(args.batch * args.half_frames * args.n_sines);
  std::vector<double> turns(args.n_sines);
  for (int64_t i = 0; i < args.batch * args.half_frames; ++i) {
    if (i % args.half_frames == 0) std::fill(turns.begin(), turns.end(), 0.0);
    for (int64_t k = 0; k < args.n_sines; ++k) {
      turns[k] += wrapped_to_one_turn(args.f0[i] * static_cast<float>(k + 1) / args.sample_rate);
      phases[i * args.n_sines + k] = static_cast<float>(turns[k]) * 2.0F * kPi * static_cast<float>(args.hop);
    }
  }
  return phases;
}

float noise_norm(const HarmonicSource& args) {
  double squares = 0;
  for (int64_t k = 0; k < args.n_sines; ++k) squares += static_cast<double>(args.weight[k]) * args.weight[k];
  return static_cast<float>(std::sqrt(squares));
}

// Fills half-frame after half-frame of one row of the batch.
class Row {
 public:
  Row(const HarmonicSource& args, const SourceLoops& loops, const std::vector<float>& phases)
      : args_(args),
        loops_(loops),
        phases_(phases.data()),
        half_frames_per_sample_(static_cast<float>(1.0 / static_cast<double>(args.hop))),
        noise_norm_(noise_norm(args)),
        sum_(args.hop) {}

  // A half-frame is voiced or unvoiced as a whole.
  void fill(int64_t row, int64_t h) {
    const float* phases = phases_ + row * args_.half_frames * args_.n_sines;
    const bool voiced = args_.f0[row * args_.half_frames + h] > args_.voiced_hz;
    if (voiced || !is_finite(phases, h)) {
      sines(phases, h * args_.hop, (h + 1) * args_.hop, voiced ? args_.amplitude : 0.0F);
    } else {
      std::fill(sum_.begin(), sum_.end(), 0.0F);
    }
    const float noise_scale = (voiced ? args_.voiced_noise : args_.unvoiced_noise) * noise_norm_;
    const int64_t place = (row * args_.half_frames + h) * args_.hop;
    loops_.excite(sum_.data(), args_.noise + place, args_.bias, noise_scale, args_.hop, args_.samples + place);
  }

 private:
  // Phases are running sums, so they stay non-finite once they are. NaN must not pass as an unvoiced sound.
  bool is_finite(const float* phases, int64_t h) const {
    return std::isfinite(phases[std::min(h + 1, args_.half_frames - 1) * args_.n_sines]);
  }

  void sines(const float* phases, int64_t first, int64_t end, float amplitude) {
    for (int64_t begin = first; begin < end;) {
      const int64_t origin = half_frame_before(begin);
      const int64_t stop = end_of_glide(begin, end, origin);
      const int64_t next = std::min(origin + 1, args_.half_frames - 1);
      const Glide glide{phases + origin * args_.n_sines,
                        phases + next * args_.n_sines,
                        args_.weight,
                        args_.n_sines,
                        amplitude,
                        begin,
                        origin,
                        half_frames_per_sample_};
      loops_.sines(glide, stop - begin, &sum_[begin - first]);
      begin = stop;
    }
  }

  // The half-frame whose middle lies before a sample, in the reference's float arithmetic. In a long utterance that
  // arithmetic misses the exact place by a sample or two.
  int64_t half_frame_before(int64_t sample) const {
    const double middle = static_cast<double>(static_cast<float>(sample) + 0.5F);
    const float place = static_cast<float>(static_cast<double>(half_frames_per_sample_) * middle - 0.5);
    return std::min(static_cast<int64_t>(std::max(place, 0.0F)), args_.half_frames - 1);
  }

  // The first sample in (begin, end] that has another half-frame before it.
  int64_t end_of_glide(int64_t begin, int64_t end, int64_t origin) const {
    int64_t stop = std::clamp(origin * args_.hop + args_.hop + args_.hop / 2, begin + 1, end);
    while (stop > begin + 1 && half_frame_before(stop - 1) != origin) --stop;
    while (stop < end && half_frame_before(stop) == origin) ++stop;
    return stop;
  }

  const HarmonicSource& args_;
  const SourceLoops& loops_;
  const float* phases_;  // (B, H, n_sines)
  const float half_frames_per_sample_;
  const float noise_norm_;
  std::vector<float> sum_;  // of the sines, over one half-frame
};

}  // namespace

void harmonic_source(const HarmonicSource& args, ParallelFor parallel_for) {
  const std::vector<float> phases = phases_of(args);
  struct Context {
    const HarmonicSource& args;
    const SourceLoops& loops;
    const std::vector<float>& phases;
  } context{args, *vector_kernels().source, phases};
  const auto half_frames = [](int64_t begin, int64_t end, void* pointer) {
    const Context& c = *static_cast<Context*>(pointer);
    Row row(c.args, c.loops, c.phases);
    for (int64_t i = begin; i < end; ++i) row.fill(i / c.args.half_frames, i % c.args.half_frames);
  };
  parallel_for(0, args.batch * args.half_frames, kGrain, half_frames, &context);
}

}  // namespace kokoro_fast
