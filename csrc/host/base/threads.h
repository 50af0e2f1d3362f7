// How many threads one call runs on.
#pragma once

namespace kokoro_fast {

// One for each physical core that this process may use, and no more than the quota of its container is worth. A second
// thread on the same core only takes its arithmetic units from the first.
int default_threads();

}  // namespace kokoro_fast
