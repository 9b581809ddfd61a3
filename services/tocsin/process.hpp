#pragma once

namespace tocsin::program {

/// How the process behaves towards the system: no core dumps or debuggers (its memory holds keys), no death
/// by a closed socket, and a line in the log before an unhandled exception ends it. Before any thread.
void prepare_process();

}  // namespace tocsin::program
