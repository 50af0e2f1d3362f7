// kokoro-say: speaks phonemes from an artifact folder. Also the example of how the library is used.
#include <algorithm>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <iostream>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "format/manifest.h"
#include "format/phoneme_lines.h"
#include "format/voices.h"
#include "kokoro_fast/constants.h"
#include "kokoro_fast/kernels.h"
#include "kokoro_fast/kokoro_host.h"
#include "speech/wav.h"

namespace {

using kokoro_fast::Code;
using kokoro_fast::Host;
using kokoro_fast::Part;
using kokoro_fast::Request;
using kokoro_fast::Result;
using kokoro_fast::Status;

constexpr const char* kHelp = R"(Speak phonemes from an artifact folder, without Python.

  kokoro-say FOLDER --voice af_heart --phonemes "həlˈO wˈɜɹld." -o hello.wav
  kokoro-fast phonemes -f story.txt | kokoro-say FOLDER --voice af_heart --lines - -o story.wav
  kokoro-say FOLDER --lines story.jsonl -o - | aplay -t raw -f S16_LE -r 24000 -c 1

FOLDER is what `kokoro-fast export torchscript -o FOLDER` or `export aoti` wrote.

What to say, one of:
  --phonemes TEXT   phonemes in UTF-8, up to 510 symbols
  --lines FILE      phoneme lines, as `kokoro-fast phonemes` prints them, or plain phonemes line by line; - is standard
                    input

How:
  -o, --output FILE a WAV file, 16 bit, 24 kHz, one channel; whole or not there. - for the raw samples of it, little
                    endian, on standard output, each line as soon as it is spoken
  --voice NAME      default: the first of the folder
  --speed FACTOR    0.5 to 2, default 1; larger is faster
  --seed NUMBER     of the breath noise, default 0: the same seed gives the same samples
  --noise FACTOR    loudness of the breath noise, default 1; 0 for none
  --untrimmed       with --phonemes: the sound exactly as the model makes it, silence at both ends included
  --early           the first half second of sound before the rest is made, by predicted statistics; the rest is exact
                    (torchscript with native ops)
  --threads NUMBER  default: as many as there are physical cores
  --times           say at the end how long it took
  --list-voices     print the names of the folder's voices and do nothing else
  --help

Exit status: 0 when all was spoken; 1 when not, with one line on standard error that says why; 2 for a wrong command.
)";

struct Options {
  std::string folder;
  std::string output;
  std::optional<std::string> phonemes;
  std::string lines;
  Request request;
  int threads = 0;
  bool untrimmed = false;
  bool times = false;
  bool list_voices = false;
  bool help = false;
};

Status wrong(const std::string& message) { return {Code::bad_argument, message + "; see kokoro-say --help"}; }

template <class Number, class Convert>
Status read_number(const std::string& name, const std::string& text, Number& number, Convert convert) {
  char* end = nullptr;
  errno = 0;
  const auto value = convert(text.c_str(), &end);
  if (text.empty() || *end != '\0' || errno != 0) return wrong(name + ": expected a number, got '" + text + "'");
  number = static_cast<Number>(value);
  if (static_cast<decltype(value)>(number) != value && value == value) {
    return wrong(name + ": expected a smaller number, got '" + text + "'");
  }
  return {};
}

Status read_option(const std::string& name, const std::string& value, Options& options) {
  const auto as_double = [](const char* text, char** end) { return std::strtod(text, end); };
  const auto as_long = [](const char* text, char** end) { return std::strtol(text, end, 10); };
  if (name == "--phonemes") return options.phonemes = value, Status();
  if (name == "--lines") return options.lines = value, Status();
  if (name == "--output") return options.output = value, Status();
  if (name == "--voice") return options.request.voice = value, Status();
  if (name == "--speed") return read_number(name, value, options.request.speed, as_double);
  if (name == "--noise") return read_number(name, value, options.request.noise, as_double);
  if (name == "--threads") return read_number(name, value, options.threads, as_long);
  long long seed = 0;
  const auto as_seed = [](const char* text, char** end) { return std::strtoll(text, end, 10); };
  Status status = read_number(name, value, seed, as_seed);
  if (status && seed < 0) return wrong("--seed: expected 0 or more, got " + value);
  options.request.seed = static_cast<uint64_t>(seed);
  return status;
}

bool takes_value(const std::string& name) {
  static const char* const names[] = {"--phonemes", "--lines", "--output",  "--voice",
                                      "--speed",    "--noise", "--threads", "--seed"};
  return std::any_of(std::begin(names), std::end(names), [&](const char* known) { return name == known; });
}

Result<Options> read_command(const std::vector<std::string>& args) {
  Options options;
  for (size_t i = 0; i < args.size(); ++i) {
    std::string name = args[i] == "-o" ? "--output" : args[i];
    const size_t equals = name.rfind("--", 0) == 0 ? name.find('=') : std::string::npos;
    std::optional<std::string> value;
    if (equals != std::string::npos) {
      value = name.substr(equals + 1);
      name.resize(equals);
    }
    if (takes_value(name)) {
      if (!value && i + 1 == args.size()) return wrong(name + ": expected a value after it");
      if (Status status = read_option(name, value ? *value : args[++i], options); !status) return status;
    } else if (value || (name.size() > 1 && name[0] == '-' && name != "--help" && name != "-h" &&
                         name != "--untrimmed" && name != "--early" && name != "--times" && name != "--list-voices")) {
      return wrong("no option " + args[i]);
    } else if (name == "--help" || name == "-h") {
      options.help = true;
    } else if (name == "--untrimmed") {
      options.untrimmed = true;
    } else if (name == "--early") {
      options.request.early = true;
    } else if (name == "--times") {
      options.times = true;
    } else if (name == "--list-voices") {
      options.list_voices = true;
    } else if (options.folder.empty()) {
      options.folder = name;
    } else {
      return wrong("expected one folder, got '" + options.folder + "' and '" + name + "'");
    }
  }
  if (options.help) return options;
  if (options.folder.empty()) return wrong("expected a folder");
  if (options.list_voices) return options;
  if (options.phonemes.has_value() == !options.lines.empty()) return wrong("expected either --phonemes or --lines");
  if (options.output.empty()) return wrong("expected -o FILE, or -o - for standard output");
  if (options.untrimmed && !options.phonemes) return wrong("--untrimmed: expected --phonemes with it");
  return options;
}

kokoro_fast::Cancel interrupted;

extern "C" void on_signal(int) { interrupted.cancel(); }

// The handlers make Ctrl-C end a wait for input or output, too.
void listen_to_signals() {
  struct sigaction action{};
  action.sa_handler = on_signal;
  sigaction(SIGINT, &action, nullptr);
  sigaction(SIGTERM, &action, nullptr);
  sigaction(SIGHUP, &action, nullptr);
  std::signal(SIGPIPE, SIG_IGN);  // a reader that closes its end is then an error like others
}

// Where the sound goes.
class Output {
 public:
  static Result<Output> open(const std::string& path, int sample_rate) {
    Output output;
    if (path == "-") return output;
    Result<kokoro_fast::WavWriter> file = kokoro_fast::WavWriter::open(path, sample_rate);
    if (!file) return file.status();
    output.file_ = std::move(*file);
    return output;
  }

  Status write(const Part& part) {
    if (file_) return file_->write(part.samples, part.n_samples);
    std::vector<int16_t> pcm(static_cast<size_t>(part.n_samples));
    kokoro_fast::float_to_pcm16(part.samples, pcm.data(), part.n_samples);
    if (std::fwrite(pcm.data(), sizeof(int16_t), pcm.size(), stdout) != pcm.size() || std::fflush(stdout) != 0) {
      if (interrupted.cancelled()) return {Code::stopped, "cancelled"};
      return {Code::cannot_write, std::string("standard output: ") + std::strerror(errno)};
    }
    return {};
  }

  Status finish() { return file_ ? file_->finish() : Status(); }

 private:
  std::optional<kokoro_fast::WavWriter> file_;
};

double seconds() { return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count(); }

// Seconds since `started`.
struct Times {
  double started = seconds();
  double open = 0;
  double first = 0;
  int64_t n_samples = 0;
};

Status printed(const std::string& text) {
  std::cout << text << std::flush;
  if (std::cout) return {};
  return {Code::cannot_write, "standard output: cannot be written"};
}

// The names are in the manifest: the model need not be loaded for them.
Status list_voices(const std::string& folder) {
  const Result<kokoro_fast::Manifest> manifest = kokoro_fast::read_manifest(folder);
  if (!manifest) return manifest.status();
  std::string names;
  for (const std::string& name : kokoro_fast::list_voices(*manifest)) names += name + '\n';
  return printed(names);
}

// The next line. One that is too long is cut where its reader refuses it.
bool next_line(std::istream& lines, std::string& line) {
  line.clear();
  for (int c; line.size() <= kokoro_fast::kLongestLine && (c = lines.get()) != EOF && c != '\n';) {
    line += static_cast<char>(c);
  }
  return !lines.bad() && !(lines.eof() && line.empty());
}

Status speak(const Host& host, const Options& options, std::istream& lines, const kokoro_fast::Callback& callback) {
  if (options.untrimmed) {
    Request request = options.request;
    request.phonemes = *options.phonemes;
    return host.speak(request, callback);
  }
  bool given = false;
  const auto next = [&](std::string& line) {
    if (!options.phonemes) return next_line(lines, line);
    line = *options.phonemes;
    return !std::exchange(given, true);
  };
  Status status = host.speak_lines(options.request, next, callback);
  if (interrupted.cancelled()) return {Code::stopped, "cancelled"};
  if (lines.bad()) return {Code::missing_file, options.lines + ": expected a file that can be read"};
  return status;
}

Status run(Options& options, Times& times) {
  std::ifstream file;
  const bool is_file = !options.lines.empty() && options.lines != "-";
  if (is_file) {
    file.open(options.lines);
    if (!file) return {Code::missing_file, options.lines + ": " + std::strerror(errno)};
  }
  Result<Output> output = Output::open(options.output, kokoro_fast::kSampleRate);
  if (!output) return output.status();

  kokoro_fast::HostOptions host_options;
  host_options.threads = options.threads;
  const Result<Host> host = Host::open(options.folder, host_options);
  if (!host) return host.status();
  times.open = seconds() - times.started;
  if (options.request.voice.empty() && !host->voices().empty()) options.request.voice = host->voices().front();
  options.request.cancel = &interrupted;

  Status written;
  Status spoken = speak(*host, options, is_file ? file : std::cin, [&](const Part& part) {
    if (times.first == 0) times.first = seconds() - times.started;
    times.n_samples += part.n_samples;
    written = output->write(part);
    return written.ok();
  });
  if (!written) return written;
  return spoken ? output->finish() : spoken;
}

}  // namespace

int main(int argc, char** argv) {
  listen_to_signals();
  Times times;
  Result<Options> options = read_command({argv + 1, argv + argc});
  if (!options) {
    std::cerr << "kokoro-say: " << options.message() << '\n';
    return 2;
  }
  const Status status = options->help          ? printed(kHelp)
                        : options->list_voices ? list_voices(options->folder)
                                               : run(*options, times);
  if (!status) {
    std::cerr << "kokoro-say: " << status.message() << '\n';
    return 1;
  }
  if (options->times) {
    std::fprintf(stderr, "open %.2f s, first sound %.2f s, all %.2f s, speech %.2f s\n", times.open, times.first,
                 seconds() - times.started, static_cast<double>(times.n_samples) / kokoro_fast::kSampleRate);
  }
  return 0;
}
