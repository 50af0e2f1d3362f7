// The convolution as shifted matrix products, tile by tile.
//
// A tile is a run of time steps of the output. Its input, with the steps that the taps reach beyond it, goes through
// the activation once, into memory that stays in the second-level cache. Then, kGroupPanels panels of weights at a
// time, all taps are summed in registers, and the rest of the work on a result is done while it is still near.
#include <algorithm>
#include <atomic>
#include <new>
#include <stdexcept>
#include <string>
#include <vector>

#include "conv/conv_input.h"
#include "conv/conv_kernels.h"
#include "conv/conv_pack.h"

namespace kokoro_fast {
namespace {

constexpr int64_t kTileBytes = 256 * 1024;         // bytes of converted activations: a quarter of a common L2
constexpr int64_t kMostTileRows = 32 * kTileRows;  // the tile's output should stay in L2 too
constexpr int64_t kLeastTileRows = 4 * kTileRows;  // with fewer, reading the weights takes longer than multiplying
constexpr int64_t kGroupColumns = kGroupPanels * kPanelColumns;
constexpr int64_t kMomentsRows = 256;   // rows per block of statistics: float32 sums stay accurate
constexpr int64_t kWorthDividing = 16;  // pieces of work that keep a few threads evenly busy

constexpr int64_t rounded_up(int64_t value, int64_t multiple) { return (value + multiple - 1) / multiple * multiple; }

struct Job {
  const Conv& args;
  PackedShape shape;
  PackedLayout layout;
  TileSource source;
  int64_t tile_rows;  // time steps per tile
  int64_t n_tiles;
  int64_t columns_per_piece;  // output channels per piece of work
  int64_t pieces_per_tile;
  float* partial;  // (n_tiles, 2, C_out) means and squared deviations, or null
  std::atomic<int64_t> next;
  std::atomic<bool> out_of_memory;
};

int64_t reach(const Job& job) { return (job.shape.taps - 1) * job.args.dilation + 1; }

int64_t input_rows(const Job& job, int64_t n_rows) {
  return (rounded_up(n_rows, kTileRows) - 1) * job.args.stride + reach(job);
}

const float* packed_floats(const Job& job, int64_t position) {
  return reinterpret_cast<const float*>(job.args.packed + position);
}

// The factors and offsets that turn the sums of one tile into outputs.
struct Scales {
  float multiplier[kGroupColumns];
  float bias[kGroupColumns];
};

Scales scales_of(const Job& job, int64_t column, int64_t n_columns, const TileInput& input) {
  Scales scales{};
  const float* bias = packed_floats(job, job.layout.bias) + column;
  std::copy_n(bias, n_columns, scales.bias);
  if (job.shape.precision != Precision::int8) return scales;
  const float* multiplier = packed_floats(job, job.layout.multiplier) + column;
  const float* weight_sum = packed_floats(job, job.layout.weight_sum) + column;
  for (int64_t c = 0; c < n_columns; ++c) {
    scales.multiplier[c] = input.step * multiplier[c];
    scales.bias[c] = bias[c] - input.step * input.zero_point * weight_sum[c];
  }
  return scales;
}

// Output channels [begin, end) of one tile.
void multiply_piece(const Job& job, int64_t tile, int64_t begin, int64_t end, const TileInput& input) {
  const Conv& args = job.args;
  const int64_t first = tile * job.tile_rows;
  const int64_t channels_out = job.shape.channels_out;
  TileProduct product{};
  product.rows = input.rows;
  product.row_step = args.stride * job.source.row_bytes;
  product.tap_step = args.dilation * job.source.row_bytes;
  product.taps = job.shape.taps;
  product.words = job.layout.words;
  product.panel_step = job.layout.panel_step;
  product.residual_stride = channels_out;
  product.y_stride = args.y_stride;
  product.n_rows = std::min(job.tile_rows, args.steps_out - first);
  product.gain = args.gain;
  product.accumulate = args.accumulate;
  for (int64_t column = begin; column < end; column += kGroupColumns) {
    product.n_columns = std::min(kGroupColumns, end - column);
    product.n_panels = rounded_up(product.n_columns, kPanelColumns) / kPanelColumns;
    product.panels = args.packed + job.layout.panels + column / kPanelColumns * job.layout.panel_step;
    const Scales scales = scales_of(job, column, product.n_columns, input);
    product.bias = scales.bias;
    product.multiplier = scales.multiplier;
    product.residual = args.residual ? args.residual + first * channels_out + column : nullptr;
    product.y = args.y + first * args.y_stride + column;
    job.source.kernels.multiply(product);
    if (job.partial != nullptr) {
      float* partial = job.partial + tile * 2 * channels_out + column;
      column_moments()(product.y, args.y_stride, product.n_rows, product.n_columns, partial, partial + channels_out);
    }
  }
}

// Takes pieces of work until none is left, so that a thread that is held up delays no other.
void take_pieces(Job& job) {
  static thread_local std::vector<uint8_t> memory;
  const int64_t needed = tile_input_size(job.source, input_rows(job, job.tile_rows));
  if (static_cast<int64_t>(memory.size()) < needed) memory.resize(needed);
  TileInput input{};
  int64_t ready = -1;  // the tile that `input` belongs to
  for (int64_t piece; (piece = job.next.fetch_add(1)) < job.n_tiles * job.pieces_per_tile;) {
    const int64_t tile = piece / job.pieces_per_tile;
    const int64_t begin = piece % job.pieces_per_tile * job.columns_per_piece;
    if (tile != ready) {
      const int64_t first = tile * job.tile_rows;
      const int64_t n_rows = std::min(job.tile_rows, job.args.steps_out - first);
      input = make_tile_input(job.source, first * job.args.stride - job.args.padding, input_rows(job, n_rows),
                              memory.data());
      ready = tile;
    }
    multiply_piece(job, tile, begin, std::min(begin + job.columns_per_piece, job.shape.channels_out), input);
  }
}

void work(int64_t, int64_t, void* context) {
  Job& job = *static_cast<Job*>(context);
  try {
    take_pieces(job);
  } catch (const std::bad_alloc&) {  // an exception must not leave a thread of the caller's pool
    job.out_of_memory = true;
  }
}

// Makes tiles as large as the cache allows, since every tile reads all weights once. Where there are too few tiles for
// every thread, a piece of work gets fewer output channels.
void divide(Job& job) {
  const Conv& args = job.args;
  const int64_t fitting = (kTileBytes / job.source.row_bytes - reach(job)) / args.stride / kTileRows * kTileRows;
  const int64_t most = std::max(kLeastTileRows, std::min(fitting, kMostTileRows));
  const int64_t n_groups = rounded_up(job.shape.channels_out, kGroupColumns) / kGroupColumns;
  const int64_t tiles_wanted = std::max((kWorthDividing + n_groups - 1) / n_groups, (args.steps_out + most - 1) / most);
  const int64_t even = rounded_up((args.steps_out + tiles_wanted - 1) / tiles_wanted, kTileRows);
  job.tile_rows = std::max(kLeastTileRows, std::min(even, most));
  job.n_tiles = (args.steps_out + job.tile_rows - 1) / job.tile_rows;
  const int64_t wanted = std::min(n_groups, (kWorthDividing + job.n_tiles - 1) / job.n_tiles);
  job.columns_per_piece = (n_groups + wanted - 1) / wanted * kGroupColumns;
  job.pieces_per_tile = (job.shape.channels_out + job.columns_per_piece - 1) / job.columns_per_piece;
}

// Merges the statistics of the tiles (Chan et al. 1979) in the order of the tiles, so that the result is the same on
// any number of threads.
void merge_moments(const float* partial, int64_t n_tiles, int64_t tile_rows, int64_t steps, int64_t channels,
                   float* moments) {
  for (int64_t c = 0; c < channels; ++c) {
    double mean = 0;
    double squares = 0;
    for (int64_t tile = 0; tile < n_tiles; ++tile) {
      const auto before = static_cast<double>(tile * tile_rows);
      const auto here = static_cast<double>(std::min(tile_rows, steps - tile * tile_rows));
      const double delta = partial[tile * 2 * channels + c] - mean;
      mean += delta * here / (before + here);
      squares += partial[(tile * 2 + 1) * channels + c] + delta * delta * before * here / (before + here);
    }
    moments[c] = static_cast<float>(mean);
    moments[channels + c] = static_cast<float>(squares / static_cast<double>(steps));
  }
}

// Copies the arrays into `values`, padded so that whole vectors can be read.
RowActivation row_activation(const Activation& activation, int64_t channels, std::vector<float>& values) {
  const int64_t size = rounded_up(channels, kPanelColumns);
  const bool is_snake = activation.alpha != nullptr;
  values.assign(5 * size, 0.0F);
  float* turns = values.data() + 3 * size;
  std::copy_n(activation.mean, channels, values.data());
  std::copy_n(activation.gain, channels, values.data() + size);
  std::copy_n(activation.offset, channels, values.data() + 2 * size);
  for (int64_t c = 0; is_snake && c < channels; ++c) {
    turns[c] = static_cast<float>(activation.alpha[c] * 0.318309886183790672);
    turns[size + c] = 1.0F / activation.alpha[c];
  }
  return {values.data(), values.data() + size, values.data() + 2 * size, is_snake ? turns : nullptr,
          turns + size,  activation.slope};
}

}  // namespace

void conv(const Conv& args, ParallelFor parallel_for) {
  const PackedShape shape = packed_header(args.packed);
  const ConvKernels* kernels = conv_kernels(shape.precision);
  if (kernels == nullptr) {
    throw std::invalid_argument(std::string("packed: weights in ") + precision_name(shape.precision) +
                                " need instructions that " + isa_name(isa_in_use()) + " on this CPU does not have");
  }
  const PackedLayout layout = packed_layout(shape);
  std::vector<float> channel_values;
  const RowActivation activation = row_activation(args.activation, shape.channels_in, channel_values);
  Job job{args,    shape, layout, {args.x, args.steps_in, shape.channels_in, layout.words * 4, *kernels, activation},
          0,       0,     0,      0,
          nullptr, {0},   {false}};
  divide(job);
  std::vector<float> partial;
  if (args.moments != nullptr) {
    partial.resize(job.n_tiles * 2 * shape.channels_out);
    job.partial = partial.data();
  }
  parallel_for(0, job.n_tiles * job.pieces_per_tile, 1, work, &job);
  if (job.out_of_memory) throw std::bad_alloc();
  if (args.moments != nullptr) {
    merge_moments(job.partial, job.n_tiles, job.tile_rows, args.steps_out, shape.channels_out, args.moments);
  }
}

void channel_moments(const float* x, int64_t steps, int64_t channels, float* moments, ParallelFor parallel_for) {
  const int64_t n_tiles = (steps + kMomentsRows - 1) / kMomentsRows;
  std::vector<float> partial(n_tiles * 2 * channels);
  struct Context {
    const float* x;
    int64_t steps, channels;
    float* partial;
  } context{x, steps, channels, partial.data()};
  const auto tiles = [](int64_t begin, int64_t end, void* pointer) {
    const Context& c = *static_cast<Context*>(pointer);
    for (int64_t tile = begin; tile < end; ++tile) {
      float* mean = c.partial + tile * 2 * c.channels;
      column_moments()(c.x + tile * kMomentsRows * c.channels, c.channels,
                       std::min(kMomentsRows, c.steps - tile * kMomentsRows), c.channels, mean, mean + c.channels);
    }
  };
  parallel_for(0, n_tiles, 4, tiles, &context);
  merge_moments(partial.data(), n_tiles, kMomentsRows, steps, channels, moments);
}

}  // namespace kokoro_fast
