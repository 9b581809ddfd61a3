#pragma once

namespace tocsin::program {

/// Prepares the process, before any thread starts: no core dumps and no debuggers, because its memory
/// contains keys; no death by a closed socket; and a log line before an unhandled exception ends it.
void prepare_process();

}  // namespace tocsin::program
