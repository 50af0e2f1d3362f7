// From a request to sound, delivered part by part.
#pragma once

#include "kokoro_fast/kokoro_host.h"
#include "speech/artifact.h"

namespace kokoro_fast {

// See Host::speak and Host::speak_lines.
Status speak_utterance(Artifact& artifact, const Request& request, const Callback& callback);
Status speak_lines(Artifact& artifact, const Request& request, const NextLine& next_line, const Callback& callback);

}  // namespace kokoro_fast
