#include "kokoro_fast/kokoro_host.h"

#include "base/status_from.h"
#include "kokoro_fast/constants.h"
#include "speech/artifact.h"
#include "speech/speaker.h"

namespace kokoro_fast {

struct Host::Impl {
  std::unique_ptr<Artifact> artifact;
};

Host::Host(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Host::Host(Host&&) noexcept = default;
Host& Host::operator=(Host&&) noexcept = default;
Host::~Host() = default;

Result<Host> Host::open(const std::string& folder, const HostOptions& options) {
  return status_from(Code::model_failed, [&]() -> Result<Host> {
    Result<std::unique_ptr<Artifact>> artifact = Artifact::open(folder, options.threads, options.verify);
    if (!artifact) return artifact.status();
    return Host(std::make_unique<Impl>(Impl{std::move(*artifact)}));
  });
}

const std::vector<std::string>& Host::voices() const { return impl_->artifact->voices(); }
int Host::sample_rate() const { return kSampleRate; }
const std::string& Host::kind() const { return impl_->artifact->manifest().kind; }
const std::string& Host::precision() const { return impl_->artifact->manifest().precision; }
int Host::threads() const { return impl_->artifact->threads(); }

Status Host::speak(const Request& request, const Callback& callback) const {
  return status_from(Code::model_failed, [&] { return speak_utterance(*impl_->artifact, request, callback); });
}

Status Host::speak_lines(const Request& request, const NextLine& next_line, const Callback& callback) const {
  return status_from(Code::model_failed,
                     [&] { return kokoro_fast::speak_lines(*impl_->artifact, request, next_line, callback); });
}

}  // namespace kokoro_fast
