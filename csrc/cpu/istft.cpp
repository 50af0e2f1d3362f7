// Inverse STFT for short transforms, as a matrix: every output sample is a sum over the few frames that cover it.
//
// Output positions are cut into steps of one hop. Position r of step q gets table entry (r + m * hop) of frame q - m,
// for every m that stays inside the frame, so steps are independent: threads share them without a race, and the
// innermost loop runs along time.
#include <algorithm>
#include <cmath>
#include <stdexcept>
#include <string>
#include <vector>

#include "vector_kernels.h"

namespace kokoro_fast {
namespace {

constexpr int64_t kStepsPerBlock = 256;  // real and imaginary parts of 11 bins then fit the first-level cache

// The arguments of both forms of the spectrum: magnitude and phase, or rows.
struct Job {
  const float* magnitude;
  const float* phase;
  const float* rows;
  const float* window;
  float* samples;
  int64_t batch;
  int64_t bins;
  int64_t frames;
  int64_t hop;
};

// The tables that do not depend on the spectrum.
struct Plan {
  int64_t n_fft;
  int64_t n_samples;
  int64_t overlap;                // frames that cover one step, at most
  std::vector<float> cosine;      // (n_fft, K): inverse real DFT with window and 1 / n_fft folded in
  std::vector<float> sine;        // (n_fft, K)
  std::vector<float> correction;  // (S,): 1 / sum of squared windows
};

void fill_tables(const Job& args, Plan& plan) {
  const double turn = 2 * 3.14159265358979323846 / static_cast<double>(plan.n_fft);
  for (int64_t j = 0; j < plan.n_fft; ++j) {
    for (int64_t k = 0; k < args.bins; ++k) {
      const bool is_alone = k == 0 || k == args.bins - 1;  // every other bin also stands for its negative frequency
      const double factor = (is_alone ? 1.0 : 2.0) * args.window[j] / static_cast<double>(plan.n_fft);
      const double angle = turn * static_cast<double>(j * k % plan.n_fft);
      plan.cosine[j * args.bins + k] = static_cast<float>(factor * std::cos(angle));
      plan.sine[j * args.bins + k] = is_alone ? 0.0F : static_cast<float>(-factor * std::sin(angle));
    }
  }
}

double window_sum(const Job& args, int64_t n_fft, int64_t position) {
  const int64_t last = std::min(args.frames - 1, position / args.hop);
  double sum = 0;
  for (int64_t frame = last; frame >= 0 && position - frame * args.hop < n_fft; --frame) {
    const double w = args.window[position - frame * args.hop];
    sum += w * w;
  }
  return sum;
}

void fill_correction(const Job& args, Plan& plan) {
  constexpr double kSmallest = 1e-11;  // torch.istft refuses smaller sums, too
  for (int64_t s = 0; s < plan.n_samples; ++s) {
    if (s >= plan.n_fft + args.hop && s + plan.n_fft < plan.n_samples) {  // away from both ends the sum repeats
      plan.correction[s] = plan.correction[s - args.hop];
      continue;
    }
    const double sum = window_sum(args, plan.n_fft, s + plan.n_fft / 2);
    if (!(sum > kSmallest)) {
      throw std::invalid_argument("window: expected frames that cover every sample, got a window sum of " +
                                  std::to_string(sum) + " at sample " + std::to_string(s));
    }
    plan.correction[s] = static_cast<float>(1.0 / sum);
  }
}

Plan make_plan(const Job& args) {
  Plan plan;
  plan.n_fft = 2 * (args.bins - 1);
  plan.n_samples = (args.frames - 1) * args.hop;
  plan.overlap = (plan.n_fft + args.hop - 1) / args.hop;
  plan.cosine.resize(plan.n_fft * args.bins);
  plan.sine.resize(plan.n_fft * args.bins);
  plan.correction.resize(plan.n_samples);
  fill_tables(args, plan);
  fill_correction(args, plan);
  return plan;
}

// Steps [begin, end) of one row of the batch.
class Block {
 public:
  Block(const Job& args, const Plan& plan, const VectorKernels& kernels)
      : args_(args),
        plan_(plan),
        kernels_(kernels),
        width_(kStepsPerBlock + plan.overlap - 1),
        real_(args.bins * width_),
        imaginary_(args.bins * width_),
        log_magnitude_(width_),
        angle_(width_),
        sum_(kStepsPerBlock) {}

  void run(int64_t row, int64_t begin, int64_t end) {
    load(row, begin, end);
    for (int64_t r = 0; r < args_.hop; ++r) {
      std::fill(sum_.begin(), sum_.end(), 0.0F);
      for (int64_t m = 0; r + m * args_.hop < plan_.n_fft; ++m) add_frames(r + m * args_.hop, m, end - begin);
      store(row, r, begin, end);
    }
  }

 private:
  // Real and imaginary parts of the frames that the block needs; frames outside the spectrum are zero.
  void load(int64_t row, int64_t begin, int64_t end) {
    const int64_t first = begin - (plan_.overlap - 1);
    const int64_t from = std::max<int64_t>(first, 0);
    const int64_t to = std::max(from, std::min(end, args_.frames));
    std::fill(real_.begin(), real_.end(), 0.0F);
    std::fill(imaginary_.begin(), imaginary_.end(), 0.0F);
    for (int64_t k = 0; k < args_.bins; ++k) {
      const int64_t target = k * width_ + from - first;
      if (args_.rows) {
        load_rows(k, from, to, &real_[target], &imaginary_[target]);
      } else {
        const int64_t source = (row * args_.bins + k) * args_.frames + from;
        kernels_.polar(args_.magnitude + source, args_.phase + source, to - from, &real_[target], &imaginary_[target]);
      }
    }
  }

  void load_rows(int64_t k, int64_t from, int64_t to, float* real, float* imaginary) {
    for (int64_t frame = from; frame < to; ++frame) {
      const float* row = args_.rows + frame * 2 * args_.bins;
      log_magnitude_[frame - from] = row[k];
      angle_[frame - from] = row[args_.bins + k];
    }
    kernels_.exp_polar(log_magnitude_.data(), angle_.data(), to - from, real, imaginary);
  }

  // Adds sample j of the frames m steps back.
  void add_frames(int64_t j, int64_t m, int64_t n_steps) {
    const int64_t start = plan_.overlap - 1 - m;
    for (int64_t k = 0; k < args_.bins; ++k) {
      kernels_.multiply_add(plan_.cosine[j * args_.bins + k], &real_[k * width_ + start], n_steps, sum_.data());
      kernels_.multiply_add(plan_.sine[j * args_.bins + k], &imaginary_[k * width_ + start], n_steps, sum_.data());
    }
  }

  void store(int64_t row, int64_t r, int64_t begin, int64_t end) {
    float* samples = args_.samples + row * plan_.n_samples;
    for (int64_t q = begin; q < end; ++q) {
      const int64_t s = q * args_.hop + r - plan_.n_fft / 2;  // half a frame of padding is cut off
      if (s >= 0 && s < plan_.n_samples) samples[s] = sum_[q - begin] * plan_.correction[s];
    }
  }

  const Job& args_;
  const Plan& plan_;
  const VectorKernels& kernels_;
  const int64_t width_;
  std::vector<float> real_;           // (K, width)
  std::vector<float> imaginary_;      // (K, width)
  std::vector<float> log_magnitude_;  // (width,), of one bin
  std::vector<float> angle_;          // (width,)
  std::vector<float> sum_;            // (steps,)
};

void run(const Job& args, ParallelFor parallel_for) {
  const Plan plan = make_plan(args);
  const int64_t first_step = plan.n_fft / 2 / args.hop;
  const int64_t end_step = (plan.n_fft / 2 + plan.n_samples + args.hop - 1) / args.hop;
  const int64_t blocks_per_row = (end_step - first_step + kStepsPerBlock - 1) / kStepsPerBlock;

  struct Context {
    const Job& args;
    const Plan& plan;
    const VectorKernels& kernels;
    int64_t first_step, end_step, blocks_per_row;
  } context{args, plan, vector_kernels(), first_step, end_step, blocks_per_row};
  const auto blocks = [](int64_t begin, int64_t end, void* pointer) {
    const Context& c = *static_cast<Context*>(pointer);
    Block block(c.args, c.plan, c.kernels);
    for (int64_t i = begin; i < end; ++i) {
      const int64_t step = c.first_step + i % c.blocks_per_row * kStepsPerBlock;
      block.run(i / c.blocks_per_row, step, std::min(step + kStepsPerBlock, c.end_step));
    }
  };
  parallel_for(0, args.batch * blocks_per_row, 1, blocks, &context);
}

}  // namespace

void istft(const Istft& args, ParallelFor parallel_for) {
  run({args.magnitude, args.phase, nullptr, args.window, args.samples, args.batch, args.bins, args.frames, args.hop},
      parallel_for);
}

void istft_rows(const IstftRows& args, ParallelFor parallel_for) {
  run({nullptr, nullptr, args.x, args.window, args.samples, 1, args.bins, args.frames, args.hop}, parallel_for);
}

}  // namespace kokoro_fast
